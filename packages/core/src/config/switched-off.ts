import type { Config } from '../contracts/config.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'

/** An endpoint that the options leave out, and the option that would turn it on. */
export interface SwitchedOff {
  readonly endpoint: string
  readonly option: string
}

const byPath: ReadonlyMap<string, SwitchedOff> = new Map([
  [endpointPaths.register, { endpoint: 'register', option: 'allowDynamicClientRegistration' }],
  [endpointPaths.clientConfiguration, { endpoint: 'clientConfiguration', option: 'allowDynamicClientRegistration' }],
  [endpointPaths.publicClientPrelogin, { endpoint: 'publicClientPrelogin', option: 'allowPublicClientPrelogin' }],
])

/**
 * Says which option an unknown path lacks, so that an event can tell the host; `undefined` for a path that no option
 * turns on.
 */
export function switchedOff({ issuerPath }: Config, path: string): SwitchedOff | undefined {
  return path.startsWith(issuerPath) ? byPath.get(path.slice(issuerPath.length)) : undefined
}
