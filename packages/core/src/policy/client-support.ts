import type { Context } from '../contracts/context.ts'
import type { ResponseEncryptor } from '../contracts/response-encryptor.ts'
import { OAuthError } from '../protocol/errors.ts'
import { findResource } from '../protocol/resource.ts'
import type { ClientRecord } from '../storage/client.ts'
import { takesPlainJwt } from './access-token-format.ts'
import { isPublic } from './client.ts'
import { allowed, demandsOn, missingProfile } from './demands.ts'
import { featureOfAuthMethod, featureOfMember } from './feature-names.ts'

/**
 * The configuration that a client is compared with. The client may have been registered under an older one, or by
 * another process.
 */
type Support = Pick<Context, 'config' | 'registry'>

/** Members by which a client wants other requests refused. A process without the feature must not serve them. */
const requirements = [
  'require_signed_request_object',
  'require_pushed_authorization_requests',
  'require_signed_authorization_response',
] as const

/** Members by which a client wants no tokens but bound ones. A process without the feature must not issue any. */
const tokenRequirements = ['dpop_bound_access_tokens', 'tls_client_certificate_bound_access_tokens'] as const

type Requirement = (typeof requirements)[number] | (typeof tokenRequirements)[number]

/**
 * Checks, before the user has to sign in, that this process can issue the tokens that the registration of the client
 * and these scopes need.
 * @throws {OAuthError} `unauthorized_client`
 */
export function requireSupport(ctx: Support, client: ClientRecord, scope: readonly string[]): void {
  const { token_endpoint_auth_method: method } = client.metadata
  if (!ctx.registry.clientAuthMethods.has(method)) {
    const feature = featureOfAuthMethod(method) ?? 'the feature that brings this method'
    throw unsupported(client, 'token_endpoint_auth_method', method, `install ${feature}`)
  }
  requireMembers(ctx, client, requirements)
  requireTokenSupport(ctx, client)
  const profile = missingProfile(ctx, client)
  if (profile !== undefined)
    throw unsupported(client, 'security_profile', profile, 'install the feature of this profile')
  pairwiseSecretFor(ctx, client)
  if (!getsIdToken(ctx, client, scope)) return
  idTokenFormatOf(ctx, client)
  responseEncryptorOf(ctx, client, 'id_token')
}

/**
 * Checks, before any token is issued, that this process has the features without which the client wants no tokens.
 * @throws {OAuthError} `unauthorized_client`
 */
export function requireTokenSupport(ctx: Support, client: ClientRecord): void {
  requireMembers(ctx, client, tokenRequirements)
}

function requireMembers(ctx: Support, client: ClientRecord, members: readonly Requirement[]): void {
  for (const member of members) {
    if (client.metadata[member] !== true || hasMember(ctx, member)) continue
    throw unsupported(client, member, 'true', `install ${featureOfMember(member)}`)
  }
}

/**
 * Checks that this process can encrypt the introspection responses of a client that registered encryption. Such a client
 * must not get them in the clear.
 * @throws {OAuthError} `unauthorized_client`
 */
export function requireIntrospectionSupport(ctx: Support, client: ClientRecord): void {
  const member = 'introspection_encrypted_response_alg'
  const registered = client.metadata[member]
  if (registered === undefined || hasMember(ctx, member)) return
  throw unsupported(client, member, registered, `install ${featureOfMember(member)}`)
}

/**
 * Tells whether the client gets an ID token for these scopes. Under `disableJwtPlugin` the secret of the client signs
 * it, so a public client gets none.
 */
export function getsIdToken({ config }: Support, client: ClientRecord, scope: readonly string[]): boolean {
  return scope.includes('openid') && !(config.jwtDisabled && isPublic(client))
}

/** Whether a token for these resources is a JWT: for this server alone, and without keys of ours, it is opaque. */
export function getsJwtAccessToken({ config }: Support, resources: readonly string[]): boolean {
  return resources.length > 0 && !config.jwtDisabled
}

/** Whether JWTs for clients are signed with the secret of each client, because this server has no keys. */
export function signsWithClientSecrets({ config }: Support): boolean {
  return config.jwtDisabled
}

/**
 * Returns the algorithm of the ID tokens and logout tokens of a client. Under `disableJwtPlugin` it is HS256, whatever
 * the client registered.
 * @throws {OAuthError} `unauthorized_client` when it is registered for an algorithm that this process does not have, or
 * that its security profile does not allow
 */
export function idTokenAlgorithmOf(ctx: Support, client: ClientRecord): string {
  const { config } = ctx
  const member = 'id_token_signed_response_alg'
  const registered = client.metadata[member]
  const algorithm = registered === undefined || config.jwtDisabled ? config.idTokenAlgorithm : registered
  if (!config.jwtDisabled && !config.idTokenAlgorithms.includes(algorithm)) {
    throw unsupported(client, member, algorithm, 'add it to idTokenSigningAlgorithms')
  }
  requireDemandedAlgorithm(ctx, client, member, algorithm)
  return algorithm
}

/** A client from before its security profile may be registered for another algorithm, or for the default. */
function requireDemandedAlgorithm(ctx: Support, client: ClientRecord, member: string, algorithm: string): void {
  const { signingAlgorithms } = demandsOn(ctx, client)
  if (allowed([algorithm], signingAlgorithms).length > 0) return
  const remedy = `its security profile allows ${signingAlgorithms?.join(', ')}: register one of them`
  throw unsupported(client, member, algorithm, remedy)
}

/**
 * Returns the algorithm of the ID tokens of a client, as `idTokenAlgorithmOf`. A client whose id is a resource with
 * `accessTokenTyp: 'JWT'` gets no ID tokens: they would have the `typ` and the `aud` of access tokens for that resource.
 * @throws {OAuthError} `unauthorized_client` for such a client, or when this process does not have the algorithm
 */
export function idTokenFormatOf(ctx: Support, client: ClientRecord): string {
  refusePlainResource(ctx, client, 'this client gets no ID tokens: leave the scope openid out')
  return idTokenAlgorithmOf(ctx, client)
}

/** Refuses a JWT for a client whose id is a resource with `accessTokenTyp: 'JWT'`, with a text for its developer. */
function refusePlainResource({ config }: Support, client: ClientRecord, description: string): void {
  if (!takesPlainJwt(config, findResource([...config.resourceFormats.keys()], client.id))) return
  throw new OAuthError('unauthorized_client', description, {
    cause: new Error(
      `the id of client ${client.id} is a resource with accessTokenTyp JWT, whose API would take other tokens for access tokens: give the client another id`,
    ),
  })
}

/**
 * Returns the algorithm that signs userinfo for a client; `undefined` when the client gets JSON.
 * @throws {OAuthError} `unauthorized_client` when it is registered for an algorithm that this process does not have or
 * its security profile does not allow, or its id is a resource with `accessTokenTyp: 'JWT'`, whose API would take the JWT for an access token
 */
export function userinfoAlgorithmOf(ctx: Support, client: ClientRecord): string | undefined {
  const { config } = ctx
  const member = 'userinfo_signed_response_alg'
  const registered = client.metadata[member]
  if (registered === undefined) return undefined
  refusePlainResource(ctx, client, 'this client gets no userinfo as a JWT')
  if (config.jwtDisabled || !config.signingAlgorithms.includes(registered)) {
    const remedy = config.jwtDisabled ? 'disableJwtPlugin leaves no key for it' : 'add it to idTokenSigningAlgorithms'
    throw unsupported(client, member, registered, remedy)
  }
  requireDemandedAlgorithm(ctx, client, member, registered)
  return registered
}

/**
 * Returns what encrypts a response for a client; `undefined` when the client gets it in the clear.
 * @throws {OAuthError} `unauthorized_client` when the client registered the encryption and this process lacks the feature
 */
export function responseEncryptorOf(
  { registry }: Support,
  client: ClientRecord,
  response: ResponseEncryptor['response'],
): ResponseEncryptor | undefined {
  const member = `${response}_encrypted_response_alg` as const
  const registered = client.metadata[member]
  if (registered === undefined) return undefined
  const encryptor = registry.responseEncryptors.get(response)
  if (encryptor !== undefined) return encryptor
  throw unsupported(client, member, registered, `install ${featureOfMember(member)}`)
}

/**
 * Returns the secret that makes the pairwise subjects of a client; `undefined` for a client that sees the ids of users.
 * @throws {OAuthError} `unauthorized_client` when the client is pairwise and this process has no `pairwiseSecret`,
 * since the client must not see the ids
 */
export function pairwiseSecretFor({ config }: Support, client: ClientRecord): string | undefined {
  if (client.metadata.subject_type !== 'pairwise') return undefined
  if (config.pairwiseSecret !== undefined) return config.pairwiseSecret
  throw unsupported(client, 'subject_type', 'pairwise', 'set the option pairwiseSecret, the same in all processes')
}

function hasMember({ registry }: Support, member: string): boolean {
  return registry.clientMetadata.some(({ members }) => Object.hasOwn(members, member))
}

/**
 * The description tells the developer of the client which member is unsupported; the cause tells the host what to
 * change.
 */
function unsupported({ id }: ClientRecord, member: string, value: string, remedy: string): OAuthError {
  return new OAuthError('unauthorized_client', `this server does not support the client's ${member} ${value}`, {
    cause: new Error(`client ${id} is registered with ${member} ${value}, which this process lacks: ${remedy}`),
  })
}
