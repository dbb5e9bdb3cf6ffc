import type { Config } from '../contracts/config.ts'
import { standardScopes } from '../protocol/scope.ts'

/** The scopes that a client may register, and those that it gets when it names none. */
export interface ScopePolicy {
  readonly defaults: readonly string[]
  readonly allowed: readonly string[]
  /** Scopes that the client gets in addition, without asking. */
  readonly added?: readonly string[]
  /** What would allow a scope that is not allowed, for error texts. */
  readonly remedy: string
}

const remedyFromOutside = 'the server allows it with its options scopes and clientRegistrationAllowedScopes'

/** Returns the scopes for clients of the server side: every scope of the server. */
export function serverScopes(config: Config): ScopePolicy {
  return { defaults: defaultScope(config), allowed: config.scopes, remedy: 'add it to the option scopes' }
}

/**
 * Returns the scopes for clients of users, by the options `clientRegistrationDefaultScopes` and
 * `clientRegistrationAllowedScopes`. Defaults that the options name are always allowed; the standard scopes, which
 * stand in without such defaults, only if they are among the allowed scopes.
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

/**
 * Returns the scopes for clients that register at `/oauth2/register`. The option `clientRegistrationAddedScopes` may
 * give them more than they ask for. With `clientRegistrationSubstitutes`, a client that names no scope may ask for every
 * scope that it could have named, unless `clientRegistrationDefaultScopes` says which.
 */
export function dynamicScopes(config: Config): ScopePolicy {
  const { defaults: usual, allowed, remedy } = registrationScopes(config)
  const { addedScopes: added, defaultScopes, substitutes } = config.registration
  const defaults = substitutes && defaultScopes === undefined ? [...new Set(allowed)] : usual
  return { defaults, allowed: [...allowed, ...added], added, remedy }
}

/** Returns the scopes of a client that registers none: the option `defaultScopes`, or the standard scopes. */
function defaultScope(config: Config): readonly string[] {
  if (config.defaultScopes.length > 0) return config.defaultScopes
  return standardScopes
}
