import type { Issuance } from '../contracts/issuance.ts'
import { OAuthError } from '../protocol/errors.ts'
import { firstScopeOutside } from '../protocol/scope.ts'
import type { ClientOrigin, ClientRecord } from '../storage/client.ts'
import { isOfHost } from './client.ts'

/** The value of the option `clientRegistrationMachineAccess`. */
export interface RegisteredMachineAccess {
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
}

/** The scopes and resources that tokens without a user may have. */
export interface MachineAccess {
  /** `undefined`: every scope that the client registered. */
  readonly scopes: readonly string[] | undefined
  readonly resources: readonly string[]
}

/** The part of the configuration that limits tokens without a user. */
export interface MachinePolicy {
  readonly validAudiences: readonly string[]
  /** The option `clientCredentialsDefaultScopes`, for every client. */
  readonly machineDefaultScopes: readonly string[] | undefined
  /**
   * The option `clientRegistrationMachineAccess`, for clients that users, or software with an initial access token,
   * register.
   */
  readonly registration: { readonly machineAccess: RegisteredMachineAccess | undefined }
}

/** What the host can change, for the event. */
const remedy =
  'the option clientRegistrationMachineAccess allows it to clients that users register; provider.updateClient with grant_types or scope allows it to one client'

/** Tells whether the option `clientRegistrationMachineAccess` applies to clients of this origin. */
export function mayRegisterMachines(registeredBy: ClientOrigin): boolean {
  return registeredBy === 'user' || registeredBy === 'initial_access_token'
}

/**
 * Returns what a client may have in tokens without a user. A client of the server side may have what it registered. Any
 * other client may have what the server side gave this client, or else what the option
 * `clientRegistrationMachineAccess` says.
 * @throws {OAuthError} `unauthorized_client` when the client may have no token without a user
 */
export function machineAccess({ registeredBy, machineScope }: ClientRecord, config: MachinePolicy): MachineAccess {
  const { validAudiences, machineDefaultScopes, registration } = config
  if (machineScope !== undefined || isOfHost(registeredBy)) {
    return { scopes: both(machineDefaultScopes, machineScope), resources: validAudiences }
  }
  const access = mayRegisterMachines(registeredBy) ? registration.machineAccess : undefined
  if (access !== undefined) return { scopes: both(machineDefaultScopes, access.scopes), resources: access.resources }
  throw new OAuthError(
    'unauthorized_client',
    'clients that were not registered by the operator get no tokens without a user',
    { cause: new Error(remedy) },
  )
}

/**
 * Checks that a token without a user has only the scopes and resources that its client may have. It runs for every
 * grant type.
 * @throws {OAuthError} `unauthorized_client`, `invalid_scope` or `invalid_target`
 */
export function checkMachineTokens(
  { client, scope, resources }: Pick<Issuance, 'client' | 'scope' | 'resources'>,
  config: MachinePolicy,
): void {
  const access = machineAccess(client, config)
  const beyond = access.scopes && firstScopeOutside(scope, access.scopes)
  if (beyond !== undefined) {
    throw new OAuthError('invalid_scope', `scope ${beyond} is not allowed without a user`, { cause: new Error(remedy) })
  }
  if (resources.every((resource) => access.resources.includes(resource))) return
  throw new OAuthError('invalid_target', 'the resource is not allowed without a user', { cause: new Error(remedy) })
}

function both(one: readonly string[] | undefined, other: readonly string[] | undefined): readonly string[] | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return one.filter((scope) => other.includes(scope))
}
