import type { Registry } from '../contracts/registry.ts'
import type { ResponseMode } from '../contracts/response-mode.ts'

/** How an answer goes where a request names no way: the default of the response type `code`. */
export const defaultResponseMode = 'query'

/** The response mode of this name; that of a request without one for a name that is absent or unknown. */
export function responseModeOf({ responseModes }: Registry, name: string | undefined): ResponseMode {
  const mode = responseModes.get(name ?? defaultResponseMode) ?? responseModes.get(defaultResponseMode)
  if (mode === undefined) throw new Error('there is no response mode')
  return mode
}

/** Why a request may not have this response mode, or `undefined` when it may. */
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
