import { hookFacts } from '../claims/hook-facts.ts'
import { subjectOf } from '../claims/subject.ts'
import { userinfoClaims } from '../claims/userinfo.ts'
import type { Context } from '../contracts/context.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import { readAuthorization } from '../http/authorization-header.ts'
import { mediaType } from '../http/body.ts'
import { readForm } from '../http/form.ts'
import { json } from '../http/json.ts'
import { jwtResponse } from '../http/jwt.ts'
import { parseParameters } from '../http/parameters.ts'
import { queryOf } from '../http/target.ts'
import { userinfoAlgorithmOf } from '../policy/client-support.ts'
import { noTokenChallenge } from '../protocol/challenge.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'
import { OAuthError } from '../protocol/errors.ts'
import { formatScope } from '../protocol/scope.ts'
import type { ClientRecord } from '../storage/client.ts'
import { resourcesOf } from '../tokens/audience.ts'
import { idTokenType } from '../tokens/id-token.ts'
import { type VerifiedAccessToken, verifyAccessToken } from '../tokens/verify.ts'

/** Claims about the user behind an access token ({@link https://openid.net/specs/openid-connect-core-1_0.html#UserInfo OpenID Connect Core section 5.3}). */
export const userinfo: Endpoint = {
  name: 'userinfo',
  path: endpointPaths.userinfo,
  methods: ['GET', 'POST'],
  errors: 'bearer',
  cors: 'any',
  rateLimit: 'userinfo',
  metadata: 'userinfo_endpoint',
  async handle(ctx, request) {
    const token = await verifyAccessToken(ctx, await readBearerToken(request))
    if (token === undefined) throw new OAuthError('invalid_token', 'the access token is invalid, expired or revoked')
    // A JWT says whom it is for; an opaque token is for us unless it was asked for a resource.
    if (token.audience.length > 0 && !token.audience.includes(ctx.config.userinfoUrl)) {
      throw new OAuthError('invalid_token', 'the access token is for another audience')
    }
    if (token.userId === undefined || !token.scopes.includes('openid')) {
      throw new OAuthError('insufficient_scope', 'the access token needs the scope openid', { scope: 'openid' })
    }
    return answer(ctx, token, token.userId)
  },
}

/** As JSON, or as the JWT that the client registered: then it says whose word it is, and for whom. */
async function answer(ctx: Context, token: VerifiedAccessToken, userId: string): Promise<Response> {
  const client = await ctx.clients.find(token.clientId)
  const user = await ctx.config.authentication.getUser(userId)
  if (client === undefined || !user) throw new OAuthError('invalid_token', 'the user is no longer available')
  // Before the hooks: what cannot be signed is not asked for.
  const algorithm = userinfoAlgorithmOf(ctx, client)
  const facts = hookFacts(client, token.scopes, resourcesOf(ctx, token), token)
  const said = await accessTokenClaims(ctx, client, token, userId)
  const claims = await userinfoClaims(ctx, user, facts, said, token.requestedClaims?.userinfo)
  if (algorithm === undefined) return json(200, claims)
  // Without iat and exp it is no ID token, though its typ is the same: the usual libraries take no other.
  const signed = { ...claims, iss: ctx.config.issuer, aud: client.id }
  return jwtResponse(await ctx.keys.sign(algorithm, idTokenType, signed))
}

/** The claims of a JWT, or what a JWT would say in place of an opaque token. Only a hook wants to know. */
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

/**
 * The token in the header, or in a form body; two at once are refused, and so is one in the URL
 * ({@link https://www.rfc-editor.org/rfc/rfc6750#section-2 RFC 6750 section 2}).
 */
async function readBearerToken(request: Request): Promise<string> {
  const authorization = readAuthorization(request)
  const header = authorization?.scheme === 'bearer' ? authorization.credentials : undefined
  const query = queryOf(request.url)
  if (query !== '' && parseParameters(query).get('access_token') !== undefined) {
    throw new OAuthError('invalid_request', 'an access token does not belong in a URL')
  }
  const isForm = request.method === 'POST' && mediaType(request) === 'application/x-www-form-urlencoded'
  const body = isForm ? (await readForm(request)).get('access_token') : undefined
  if (header !== undefined && body !== undefined) throw new OAuthError('invalid_request', 'more than one access token')
  const token = header || body
  // No token, no error code: RFC 6750 section 3.1 leaves it out where nothing was tried.
  if (!token) throw new OAuthError('invalid_token', 'an access token is required', { challenge: noTokenChallenge })
  return token
}
