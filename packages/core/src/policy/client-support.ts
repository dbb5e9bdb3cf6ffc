import type { Context } from '../contracts/context.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'
import { isPublic } from './client.ts'
import { featureOfAuthMethod, featureOfMember } from './feature-names.ts'

/** What a client is compared with. Its registration may be older than this configuration, or of another process. */
type Support = Pick<Context, 'config' | 'registry'>

/**
 * Whether this process can serve a client that wants these scopes, as far as its registration tells: asked before the
 * user is, so that nobody signs in for tokens that nobody can issue.
 * @throws {OAuthError} `unauthorized_client`
 */
export function requireSupport(ctx: Support, client: ClientRecord, scope: readonly string[]): void {
  const { token_endpoint_auth_method: method, require_signed_request_object } = client.metadata
  if (!ctx.registry.clientAuthMethods.has(method)) {
    const feature = featureOfAuthMethod(method) ?? 'the feature that brings this method'
    throw unsupported(client, 'token_endpoint_auth_method', method, `install ${feature}`)
  }
  if (require_signed_request_object === true && !hasMember(ctx, 'require_signed_request_object')) {
    throw unsupported(
      client,
      'require_signed_request_object',
      'true',
      `install ${featureOfMember('require_signed_request_object')}`,
    )
  }
  pairwiseSecretFor(ctx, client)
  if (getsIdToken(ctx, client, scope)) idTokenAlgorithmOf(ctx, client)
}

/** Whether these scopes bring the client an ID token. Without keys of ours its secret signs, and a public client has none. */
export function getsIdToken({ config }: Support, client: ClientRecord, scope: readonly string[]): boolean {
  return scope.includes('openid') && !(config.jwtDisabled && isPublic(client))
}

/**
 * What the ID tokens and logout tokens of this client are signed with: under `disableJwtPlugin` its secret, whatever it
 * registered before.
 * @throws {OAuthError} `unauthorized_client` when it is registered for an algorithm that this process does not have
 */
export function idTokenAlgorithmOf({ config }: Support, client: ClientRecord): string {
  const registered = client.metadata.id_token_signed_response_alg
  if (registered === undefined || config.jwtDisabled) return config.idTokenAlgorithm
  if (config.idTokenAlgorithms.includes(registered)) return registered
  throw unsupported(client, 'id_token_signed_response_alg', registered, 'add it to idTokenSigningAlgorithms')
}

/**
 * What userinfo is signed with for this client; `undefined` when it is JSON.
 * @throws {OAuthError} `unauthorized_client` when it is registered for an algorithm that this process does not have
 */
export function userinfoAlgorithmOf({ config }: Support, client: ClientRecord): string | undefined {
  const registered = client.metadata.userinfo_signed_response_alg
  if (registered === undefined || (!config.jwtDisabled && config.signingAlgorithms.includes(registered))) {
    return registered
  }
  const remedy = config.jwtDisabled ? 'disableJwtPlugin leaves no key for it' : 'add it to idTokenSigningAlgorithms'
  throw unsupported(client, 'userinfo_signed_response_alg', registered, remedy)
}

/**
 * What makes this client's pairwise subjects; `undefined` for a client that sees the ids of users.
 * @throws {OAuthError} `unauthorized_client` when it is pairwise and this process has no secret: it must not see the ids
 */
export function pairwiseSecretFor({ config }: Support, client: ClientRecord): string | undefined {
  if (client.metadata.subject_type !== 'pairwise') return undefined
  if (config.pairwiseSecret !== undefined) return config.pairwiseSecret
  throw unsupported(client, 'subject_type', 'pairwise', 'set the option pairwiseSecret, the same in all processes')
}

function hasMember({ registry }: Support, member: string): boolean {
  return registry.clientMetadata.some(({ members }) => Object.hasOwn(members, member))
}

/** The client's developer learns which member it is, the host's (by the event) what to change. */
function unsupported({ id }: ClientRecord, member: string, value: string, remedy: string): OAuthError {
  return new OAuthError('unauthorized_client', `this server does not support the client's ${member} ${value}`, {
    cause: new Error(`client ${id} is registered with ${member} ${value}, which this process lacks: ${remedy}`),
  })
}
