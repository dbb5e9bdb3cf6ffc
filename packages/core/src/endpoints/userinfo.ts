import { hookFacts } from '../claims/hook-facts.ts'
import { subjectOf } from '../claims/subject.ts'
import { userinfoClaims } from '../claims/userinfo.ts'
import type { VerifiedAccessToken } from '../contracts/access-token.ts'
import type { Context } from '../contracts/context.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import { json } from '../http/json.ts'
import { jwtResponse } from '../http/jwt.ts'
import { responseEncryptorOf, userinfoAlgorithmOf } from '../policy/client-support.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'
import { OAuthError } from '../protocol/errors.ts'
import { formatScope } from '../protocol/scope.ts'
import type { ClientRecord } from '../storage/client.ts'
import { resourcesOf } from '../tokens/audience.ts'
import { withProofHeaders } from '../tokens/binding.ts'
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
    return withProofHeaders(headers, async () => {
      // A JWT names its audience. An opaque token without an audience is for this server.
      if (token.audience.length > 0 && !token.audience.includes(ctx.config.userinfoUrl)) {
        throw new OAuthError('invalid_token', 'the access token is for other resources, not for the userinfo endpoint')
      }
      if (token.userId === undefined || !token.scopes.includes('openid')) {
        throw new OAuthError('insufficient_scope', 'the access token needs the scope openid', { scope: 'openid' })
      }
      return answer(ctx, token, token.userId, headers)
    })
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
  const client = await ctx.clients.findNamed(token.clientId)
  const user = await ctx.config.authentication.getUser(userId)
  if (client === undefined || !user) throw new OAuthError('invalid_token', 'the user is no longer available')
  // Checked before the hooks run: without a key to sign with, they are not needed.
  const algorithm = userinfoAlgorithmOf(ctx, client)
  const encryptor = responseEncryptorOf(ctx, client, 'userinfo')
  const facts = hookFacts(client, token.scopes, resourcesOf(ctx, token), token)
  const said = await accessTokenClaims(ctx, client, token, userId)
  const claims = await userinfoClaims(ctx, user, facts, said, token.requestedClaims?.userinfo)
  // Without iat and exp it cannot be taken for an ID token. The typ is the same, since common libraries accept no
  // other.
  const named = { ...claims, iss: ctx.config.issuer, aud: client.id }
  const signed = algorithm && (await ctx.keys.sign(algorithm, idTokenType, named))
  if (encryptor !== undefined) return jwtResponse(await encryptor.encrypt(ctx, client, signed ?? named), headers)
  return signed === undefined ? json(200, claims, headers) : jwtResponse(signed, headers)
}

/** Returns the claims of a JWT, or those that a JWT in place of the opaque token would have. Only a hook gets them. */
async function accessTokenClaims(
  ctx: Context,
  client: ClientRecord,
  token: VerifiedAccessToken,
  userId: string,
): Promise<Readonly<Record<string, unknown>>> {
  if (token.claims !== undefined) return token.claims
  const [audience, another] = token.audience
  return {
    iss: ctx.config.issuer,
    sub: await subjectOf(ctx, client, userId),
    client_id: client.id,
    scope: formatScope(token.scopes),
    iat: token.issuedAt,
    exp: token.expiresAt,
    ...(audience !== undefined && { aud: another === undefined ? audience : token.audience }),
  }
}
