import type { Registry } from '../contracts/registry.ts'
import type { ResponseMode } from '../contracts/response-mode.ts'

/** The response mode of a request that names none: the default of the response type `code`. */
export const defaultResponseMode = 'query'

/** Returns the response mode with this name, or the default one when the name is absent or unknown. */
export function responseModeOf({ responseModes }: Registry, name: string | undefined): ResponseMode {
  const mode = responseModes.get(name ?? defaultResponseMode) ?? responseModes.get(defaultResponseMode)
  if (mode === undefined) throw new Error('there is no response mode')
  return mode
}

/** Tells why a request may not use this response mode; `undefined` when it may. */
export function responseModeProblem(
  { responseModes }: Registry,
  name: string | undefined,
  redirectUri: string,
): string | undefined {
  if (name === undefined) return undefined
  const mode = responseModes.get(name)
  if (mode === undefined) return `the response modes are ${[...responseModes.keys()].join(', ')}`
  return mode.problem?.(redirectUri)
}
