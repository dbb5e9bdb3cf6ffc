import type { Config } from '../contracts/config.ts'

/** Which scopes a client may register, and which it gets when it names none. */
export interface ScopePolicy {
  readonly defaults: readonly string[]
  readonly allowed: readonly string[]
  /** What it gets beside that, unasked. */
  readonly added?: readonly string[]
  /** What would allow a scope that is not allowed, for error texts. */
  readonly remedy: string
}

const remedyFromOutside = 'the server allows it with its options scopes and clientRegistrationAllowedScopes'

/** What the server side may register: every scope of the server. */
export function serverScopes(config: Config): ScopePolicy {
  return { defaults: defaultScope(config), allowed: config.scopes, remedy: 'add it to the option scopes' }
}

/**
 * What others may register, by the options `clientRegistrationDefaultScopes` and `clientRegistrationAllowedScopes`: the
 * allowed scopes and the defaults that the host named. The standard scopes that stand in where it named none give way.
 */
export function registrationScopes(config: Config): ScopePolicy {
  const { defaultScopes, allowedScopes = config.scopes } = config.registration
  const named = defaultScopes ?? (config.defaultScopes.length > 0 ? config.defaultScopes : undefined)
  if (named !== undefined) {
    return { defaults: named, allowed: [...named, ...allowedScopes], remedy: remedyFromOutside }
  }
  const defaults = defaultScope(config).filter((scope) => allowedScopes.includes(scope))
  return { defaults, allowed: allowedScopes, remedy: remedyFromOutside }
}

/** What a client may register that registers itself at `/oauth2/register`, where it may be given more than it asks for. */
export function dynamicScopes(config: Config): ScopePolicy {
  const { defaults, allowed, remedy } = registrationScopes(config)
  const added = config.registration.addedScopes
  return { defaults, allowed: [...allowed, ...added], added, remedy }
}

/** A client that registers no scope may ask for what the host made the default, or for what every provider has. */
function defaultScope(config: Config): readonly string[] {
  if (config.defaultScopes.length > 0) return config.defaultScopes
  return ['openid', 'profile', 'email', 'address', 'phone', 'offline_access']
}
