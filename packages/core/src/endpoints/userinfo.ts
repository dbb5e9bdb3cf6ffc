import { hookFacts } from '../claims/hook-facts.ts'
import { subjectOf } from '../claims/subject.ts'
import { userinfoClaims } from '../claims/userinfo.ts'
import type { VerifiedAccessToken } from '../contracts/access-token.ts'
import type { Context } from '../contracts/context.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import type { UserinfoClaimsInput } from '../contracts/hooks.ts'
import type { BaseUser } from '../contracts/host.ts'
import { json } from '../http/json.ts'
import { jwtResponse } from '../http/jwt.ts'
import { responseEncryptorOf, userinfoAlgorithmOf } from '../policy/client-support.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'
import { OAuthError } from '../protocol/errors.ts'
import { formatScope } from '../protocol/scope.ts'
import { isThenable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import { resourcesOf } from '../tokens/audience.ts'
import { addProofHeaders } from '../tokens/binding.ts'
import { readAccessToken } from '../tokens/present.ts'
import { idTokenType } from '../tokens/token-kind.ts'

/**
 * The userinfo endpoint, which returns claims about the user of an access token ({@link
 * https://openid.net/specs/openid-connect-core-1_0.html#UserInfo OpenID Connect Core section 5.3}).
 */
export const userinfo: Endpoint = {
  name: 'userinfo',
  path: endpointPaths.userinfo,
  methods: ['GET', 'POST'],
  errors: 'bearer',
  cors: 'any',
  rateLimit: 'userinfo',
  metadata: 'userinfo_endpoint',
  async handle(ctx, request) {
    const { token, headers } = await readAccessToken(ctx, request, ctx.config.userinfoUrl)
    try {
      // A JWT names its audience. An opaque token without an audience is for this server.
      if (token.audience.length > 0 && !token.audience.includes(ctx.config.userinfoUrl)) {
        throw new OAuthError('invalid_token', 'the access token is for other resources, not for the userinfo endpoint')
      }
      if (token.userId === undefined || !token.scopes.includes('openid')) {
        throw new OAuthError('insufficient_scope', 'the access token needs the scope openid', { scope: 'openid' })
      }
      return await answer(ctx, token, token.userId, headers)
    } catch (thrown) {
      throw addProofHeaders(thrown, headers)
    }
  },
}

/**
 * Responds with JSON, or with a JWT when the client registered that: signed, encrypted, or signed and then encrypted. The
 * JWT names the issuer and the client.
 */
async function answer(
  ctx: Context,
  token: VerifiedAccessToken,
  userId: string,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  const named = ctx.clients.findNamed(token.clientId)
  const client = named instanceof Promise ? await named : named
  const known = ctx.config.authentication.getUser(userId)
  const user = isThenable(known) ? await known : known
  if (client === undefined || !user) throw new OAuthError('invalid_token', 'the user is no longer available')
  // Checked before the hook runs: without a key to sign with, or a secret for the subject, it is not needed.
  const algorithm = userinfoAlgorithmOf(ctx, client)
  const encryptor = responseEncryptorOf(ctx, client, 'userinfo')
  const subject = subjectOf(ctx, client, user.id)
  const sub = subject instanceof Promise ? await subject : subject
  const hook = ctx.config.hooks.customUserinfoClaims
  const custom = hook && (await hook(hookInput(ctx, token, { client, user, sub })))
  const requested = token.requestedClaims?.userinfo
  const claims = userinfoClaims(ctx, user, { client, sub, scopes: token.scopes, requested, custom })
  const signed = algorithm && (await ctx.keys.sign(algorithm, idTokenType, asJwt(ctx, client, claims)))
  if (encryptor !== undefined) {
    return jwtResponse(await encryptor.encrypt(ctx, client, signed ?? asJwt(ctx, client, claims)), headers)
  }
  return signed === undefined ? json(200, claims, headers) : jwtResponse(signed, headers)
}

/**
 * Makes the claims of a JWT with userinfo. Without `iat` and `exp` it cannot be taken for an ID token. The `typ` is the same,
 * since common libraries accept no other.
 */
function asJwt({ config }: Context, client: ClientRecord, claims: object): Record<string, unknown> {
  return { ...claims, iss: config.issuer, aud: client.id }
}

/** Whose claims are told, to whom, and under which subject. */
interface Told {
  readonly client: ClientRecord
  readonly user: BaseUser
  readonly sub: string
}

/** Makes what the hook `customUserinfoClaims` gets. */
function hookInput(ctx: Context, token: VerifiedAccessToken, told: Told): UserinfoClaimsInput<BaseUser> {
  const { client, user, sub } = told
  const facts = hookFacts(client, token.scopes, resourcesOf(ctx, token), token)
  return { user, accessTokenClaims: token.claims ?? claimsOfOpaque(ctx, token, sub), ...facts }
}

/** Returns the claims that a JWT in place of the opaque token would have. */
function claimsOfOpaque(ctx: Context, token: VerifiedAccessToken, sub: string): Readonly<Record<string, unknown>> {
  const [audience, another] = token.audience
  return {
    iss: ctx.config.issuer,
    sub,
    client_id: token.clientId,
    scope: formatScope(token.scopes),
    iat: token.issuedAt,
    exp: token.expiresAt,
    ...(audience !== undefined && { aud: another === undefined ? audience : token.audience }),
  }
}
