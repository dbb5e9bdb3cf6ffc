import type { Config } from '../contracts/config.ts'
import type { Registry } from '../contracts/registry.ts'
import { isOfHost } from '../policy/client.ts'
import { mayRegisterMachines } from '../policy/machine-access.ts'
import type { ClientMetadata } from '../protocol/client-metadata.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { SchemePolicy } from '../protocol/redirect-scheme.ts'
import { firstScopeOutside, parseScope } from '../protocol/scope.ts'
import type { ClientOrigin, ClientRecord } from '../storage/client.ts'
import { isMachineOnly, machineGrantTypes } from './machine.ts'
import { dynamicScopes, registrationScopes, type ScopePolicy, serverScopes } from './scope-policy.ts'
import { usesSecret } from './secret.ts'

/**
 * Who creates or changes a client. `host`: the server side or an administrator. `owner`: a user, by the routes for
 * their own clients. `registrant`: the caller of `/oauth2/register`, and later the holder of the registration access
 * token.
 */
export type ClientAuthor = 'host' | 'owner' | 'registrant'

/** What the author of a client may set. */
export interface ClientRights {
  readonly author: ClientAuthor
  readonly registeredBy: ClientOrigin
  readonly scopes: ScopePolicy
  /** The private-use schemes that new redirect URIs may use. */
  readonly schemes: SchemePolicy
  /**
   * Whether the client may get grant types without a user, and with which scopes if it has only such grant types.
   * `undefined`: it may not.
   */
  readonly machines: 'all' | { readonly scopes: readonly string[] } | undefined
  readonly secret: boolean
  readonly withoutPkce: boolean
  readonly endSession: boolean
  readonly skipConsent: boolean
  /** The metadata before the change. The client may keep what it has. */
  readonly before?: ClientMetadata
}

/**
 * Decides which rights an author may give a client: scopes, private-use schemes, grant types without a user, a secret,
 * leaving out PKCE, ending sessions, trust. Creations and changes both use it, so that no change gives what a creation
 * refuses. A client keeps what the server side gave it; once the client has given it up, only the server side can give
 * it again.
 * @param current the stored client, when it is changed
 */
export function clientRights(
  config: Config,
  author: ClientAuthor,
  registeredBy: ClientOrigin,
  current?: ClientRecord,
): ClientRights {
  const before = current?.metadata
  const common = { author, registeredBy, ...(before !== undefined && { before }) }
  if (author === 'host') {
    const everything = { secret: true, withoutPkce: true, endSession: true, skipConsent: true }
    return { ...common, ...everything, scopes: serverScopes(config), schemes: 'any', machines: 'all' }
  }
  const { registration } = config
  const known = isOfHost(registeredBy) || mayRegisterMachines(registeredBy)
  return {
    ...common,
    scopes: scopesFromOutside(config, author, before),
    schemes: registration.redirectSchemes,
    // The option does not apply to clients of the server side: their registration limits them.
    machines: mayRegisterMachines(registeredBy) ? registration.machineAccess : undefined,
    secret:
      known ||
      (registeredBy === 'anonymous' && registration.anonymousSecrets) ||
      (before && usesSecret(before)) === true,
    withoutPkce: registration.withoutPkce || before?.require_pkce === false,
    endSession: registration.enablesEndSession || before?.enable_end_session === true,
    skipConsent: before?.skip_consent === true,
  }
}

function scopesFromOutside(config: Config, author: ClientAuthor, before: ClientMetadata | undefined): ScopePolicy {
  const {
    defaults,
    allowed,
    added = [],
    remedy,
  } = author === 'registrant' ? dynamicScopes(config) : registrationScopes(config)
  // The added scopes are added at creation alone, so that a client can give them up.
  if (before === undefined) return { defaults, allowed, added, remedy }
  return { defaults, allowed: [...allowed, ...(parseScope(before.scope) ?? [])], remedy }
}

/**
 * Checks that the complete metadata of a client has nothing that its author may not set.
 * @throws {OAuthError} `invalid_client_metadata`
 */
export function checkRights(registry: Registry, rights: ClientRights, metadata: ClientMetadata): void {
  checkMachine(registry, rights, metadata)
  if (usesSecret(metadata) && !rights.secret) {
    throw invalid(
      `${metadata.token_endpoint_auth_method} requires authenticated registration: sign in, or send an initial access token`,
    )
  }
  if (!metadata.require_pkce && !rights.withoutPkce) throw invalid('pkce is required for registered clients')
  if (metadata.enable_end_session === true && !rights.endSession) throw byOperator('enable_end_session')
  if (metadata.skip_consent === true && !rights.skipConsent) throw byOperator('skip_consent')
  const outside = firstScopeOutside(parseScope(metadata.scope) ?? [], rights.scopes.allowed)
  if (outside !== undefined) throw invalid(`cannot request scope ${outside}: ${rights.scopes.remedy}`)
}

function checkMachine(registry: Registry, { machines, before, registeredBy }: ClientRights, metadata: ClientMetadata) {
  if (machines === 'all') return
  const got = machineGrantTypes(registry, metadata).find(
    (name) => before?.grant_types.some((had) => had === name) !== true,
  )
  if (got !== undefined && registeredBy === 'anonymous') {
    throw invalid(`${got} grant requires authenticated registration: sign in, or send an initial access token`)
  }
  if (got !== undefined && machines === undefined) {
    throw invalid(
      `the grant type ${got} is for clients that the operator registers: the server allows it to others with its option clientRegistrationMachineAccess`,
    )
  }
  if (!isMachineOnly(registry, metadata)) return
  // Without a grant type for users, a scope that needs a user is of no use.
  const kept = before === undefined ? [] : (parseScope(before.scope) ?? [])
  const outside = firstScopeOutside(parseScope(metadata.scope) ?? [], [...(machines?.scopes ?? []), ...kept])
  if (outside === undefined) return
  throw invalid(
    `cannot request scope ${outside} without a user: the server allows it with its option clientRegistrationMachineAccess`,
  )
}

function byOperator(member: string): OAuthError {
  return invalid(`${member} can only be set by the operator`)
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_client_metadata', description)
}
