import type { Context } from '../contracts/context.ts'
import type { ClientMetadata } from '../protocol/client-metadata.ts'
import { formatScope, parseScope } from '../protocol/scope.ts'
import { isMachineOnly } from './machine.ts'
import type { PublicMetadataInput } from './metadata-schema.ts'
import type { ClientRights } from './rights.ts'
import { usesSecret } from './secret.ts'

/**
 * Leaves out of a registration request the values that the client cannot have: an authentication method, grant types,
 * response types, scopes. Where nothing useful would be left, the values stay, so that the checks that follow refuse
 * them by name.
 * @param rights what the author may give the client
 */
export function possibleMetadata(
  ctx: Context,
  rights: ClientRights,
  { token_endpoint_auth_method, grant_types, response_types, scope, ...rest }: PublicMetadataInput,
): PublicMetadataInput {
  const method = possibleMethod(ctx, rights, token_endpoint_auth_method)
  const grantTypes = possibleGrantTypes(ctx, rights, method, grant_types)
  const left = { ...rest, ...(grantTypes !== undefined && { grant_types: grantTypes }) }
  const responseTypes = possibleResponseTypes(response_types)
  const scopes = possibleScope(ctx, rights, grantTypes, scope)
  const metadata = {
    ...left,
    ...(method !== undefined && { token_endpoint_auth_method: method }),
    ...(responseTypes !== undefined && { response_types: responseTypes }),
    ...(scopes !== undefined && { scope: scopes }),
  }
  // The keys of a client that cannot authenticate with them.
  return method === token_endpoint_auth_method ? metadata : withoutAuthenticationKeys(ctx, metadata)
}

/** Removes the metadata that only serves client authentication. The keys stay when a feature needs them otherwise. */
export function withoutAuthenticationKeys(ctx: Context, given: PublicMetadataInput): PublicMetadataInput {
  const { token_endpoint_auth_signing_alg: _alg, jwks, jwks_uri, ...rest } = given
  const needed = ctx.registry.clientMetadata.some((part) => part.needsKeys?.(rest as Partial<ClientMetadata>))
  return needed ? { ...rest, jwks, jwks_uri } : rest
}

type Method = PublicMetadataInput['token_endpoint_auth_method']

/** Returns the method if this server has it and the author may give it; `undefined` for the default of the client. */
function possibleMethod({ registry }: Context, rights: ClientRights, method: Method): Method {
  if (method === undefined || !registry.clientAuthMethods.has(method)) return undefined
  return rights.secret || !usesSecret({ token_endpoint_auth_method: method }) ? method : undefined
}

type GrantTypes = PublicMetadataInput['grant_types']

/**
 * Returns the grant types that this server has and this client may use. A refresh token needs another grant type first,
 * so that `refresh_token` alone is nothing.
 */
function possibleGrantTypes(
  { registry }: Context,
  rights: ClientRights,
  method: Method,
  asked: GrantTypes,
): GrantTypes {
  const { before, machines, secret } = rights
  const effective = method ?? before?.token_endpoint_auth_method ?? (secret ? 'client_secret_basic' : 'none')
  const possible = asked?.filter((name) => {
    const grantType = registry.grantTypes.get(name)
    if (grantType === undefined || (effective === 'none' && !grantType.publicClients)) return false
    return !grantType.withoutUser || machines !== undefined || before?.grant_types.includes(name) === true
  })
  return possible?.some((name) => name !== 'refresh_token') === true ? possible : asked
}

function possibleResponseTypes(asked: readonly string[] | undefined): readonly string[] | undefined {
  return asked?.includes('code') === true ? ['code'] : asked
}

/** Returns the scopes that the client may have; `undefined` when it asked for no such scope and gets the defaults. */
function possibleScope(
  { registry }: Context,
  { scopes, machines, before }: ClientRights,
  grantTypes: GrantTypes,
  asked: string | undefined,
): string | undefined {
  const machineOnly = grantTypes !== undefined && isMachineOnly(registry, { grant_types: grantTypes })
  const limit = machineOnly && typeof machines === 'object' ? machines.scopes : undefined
  const kept = before === undefined ? [] : (parseScope(before.scope) ?? [])
  const possible = parseScope(asked ?? '')?.filter(
    (scope) => scopes.allowed.includes(scope) && (limit === undefined || [...limit, ...kept].includes(scope)),
  )
  return possible === undefined || possible.length === 0 ? undefined : formatScope(possible)
}
