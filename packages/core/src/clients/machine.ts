import type { Registry } from '../contracts/registry.ts'
import { isOfHost } from '../policy/client.ts'
import { userScopes } from '../policy/scope.ts'
import type { ClientMetadata } from '../protocol/client-metadata.ts'
import { parseScope } from '../protocol/scope.ts'
import type { ClientRecord } from '../storage/client.ts'

type GrantTypes = Pick<ClientMetadata, 'grant_types'>

/** Returns those grant types of a client that work without a user. */
export function machineGrantTypes({ grantTypes }: Registry, { grant_types }: GrantTypes): readonly string[] {
  return grant_types.filter((name) => grantTypes.get(name)?.withoutUser === true)
}

/** Tells whether all grant types of a client work without a user, so that it has no use for scopes about users. */
export function isMachineOnly(registry: Registry, metadata: GrantTypes): boolean {
  return metadata.grant_types.length > 0 && machineGrantTypes(registry, metadata).length === metadata.grant_types.length
}

/** Returns those scopes that are not about a user. */
export function withoutUserScopes(scopes: readonly string[]): readonly string[] {
  return scopes.filter((scope) => !userScopes.has(scope))
}

/**
 * Returns the `machineScope` of a client after a change by the server side. A change that names grant types or scopes
 * decides what the client may have without a user: a client from outside may then have these scopes, whatever the
 * option says, and a client of the server side all that it registered.
 */
export function machineScopeGiven(
  registry: Registry,
  current: ClientRecord,
  metadata: ClientMetadata,
  decides: boolean,
): readonly string[] | undefined {
  if (machineGrantTypes(registry, metadata).length === 0) return undefined
  if (!decides) return current.machineScope
  return isOfHost(current.registeredBy) ? undefined : scopesOf(metadata)
}

/**
 * Returns the `machineScope` of a client after a change from outside. Scopes that an owner adds to a client of the
 * server side need a user; the client does not get them without one.
 */
export function machineScopeKept(
  registry: Registry,
  current: ClientRecord,
  metadata: ClientMetadata,
): readonly string[] | undefined {
  if (machineGrantTypes(registry, metadata).length === 0) return undefined
  return current.machineScope ?? (isOfHost(current.registeredBy) ? scopesOf(current.metadata) : undefined)
}

function scopesOf({ scope }: ClientMetadata): readonly string[] {
  return withoutUserScopes(parseScope(scope) ?? [])
}
