import type { Registry } from '../contracts/registry.ts'
import type { ResponseMode } from '../contracts/response-mode.ts'
import type { ClientRecord } from '../storage/client.ts'

/** The response mode of a request that names none: the default of the response type `code`. */
export const defaultResponseMode = 'query'

/** Returns the response mode with this name, or the default one when the name is absent or unknown. */
export function responseModeOf({ responseModes }: Registry, name: string | undefined): ResponseMode {
  const mode = responseModes.get(name ?? defaultResponseMode) ?? responseModes.get(defaultResponseMode)
  if (mode === undefined) throw new Error('there is no response mode')
  return mode
}

/** Tells why a request of the client may not use this response mode; `undefined` when it may. */
export function responseModeProblem(
  registry: Registry,
  client: ClientRecord,
  name: string | undefined,
  redirectUri: string,
): string | undefined {
  const instead = modeInstead(registry, client, name)
  if (instead !== undefined) return `this client must ask for response_mode ${instead}`
  if (name === undefined) return undefined
  const mode = registry.responseModes.get(name)
  if (mode === undefined) return `the response modes are ${[...registry.responseModes.keys()].join(', ')}`
  return mode.problem?.(redirectUri, client)
}

/**
 * Returns the response mode of an error: that which the request names, or that which the client must use, whichever works
 * first. `undefined` is the default mode.
 */
export function responseModeOfError(
  registry: Registry,
  client: ClientRecord,
  name: string | undefined,
  redirectUri: string,
): string | undefined {
  const candidates = [name, modeInstead(registry, client, name), modeInstead(registry, client, undefined)]
  return candidates.find(
    (mode) => mode !== undefined && responseModeProblem(registry, client, mode, redirectUri) === undefined,
  )
}

function modeInstead(
  { responseModeRules }: Registry,
  client: ClientRecord,
  name: string = defaultResponseMode,
): string | undefined {
  for (const rule of responseModeRules) {
    const instead = rule.instead(name, client)
    if (instead !== undefined) return instead
  }
  return undefined
}
