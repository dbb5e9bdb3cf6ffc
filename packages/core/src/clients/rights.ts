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
 * Who makes or changes a client. `host`: the server side or an administrator. `owner`: a user, by the routes for their
 * own clients. `registrant`: whoever registers it, and later has its registration access token.
 */
export type ClientAuthor = 'host' | 'owner' | 'registrant'

/** What a client may become at the hands of its author. */
export interface ClientRights {
  readonly author: ClientAuthor
  readonly registeredBy: ClientOrigin
  readonly scopes: ScopePolicy
  /** Which private-use schemes the URIs may have that it adds. */
  readonly schemes: SchemePolicy
  /**
   * Whether it may be given grant types that work without a user, and the scopes of a client that has no others.
   * `undefined`: it may not.
   */
  readonly machines: 'all' | { readonly scopes: readonly string[] } | undefined
  readonly secret: boolean
  readonly withoutPkce: boolean
  readonly endSession: boolean
  readonly skipConsent: boolean
  /** What the client is before the change. It keeps what it has. */
  readonly before?: ClientMetadata
}

/**
 * Decides what a client may have that not every client may: scopes, private-use schemes, grant types without a user, a secret, a life without
 * PKCE, the end of sessions, trust. Everything that makes or changes a client asks here, so that no change gives what a
 * creation refuses. What the server side gave to a client from outside, the client keeps; once it has given that up, only
 * the server side gives it again.
 * @param current the client as it is stored, where it is changed
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
    // A client of the host is limited by what the host registered: the option is not about it.
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
  // What is added unasked is added once: a client may give it back.
  if (before === undefined) return { defaults, allowed, added, remedy }
  return { defaults, allowed: [...allowed, ...(parseScope(before.scope) ?? [])], remedy }
}

/**
 * Holds a client's metadata, complete, to what its author may make of it.
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
  // No user ever delegates to it, so what it may not have without one it has no use for.
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
