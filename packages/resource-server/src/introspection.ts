import {
  type AuthorizationServer,
  allowInsecureRequests,
  type Client,
  ClientSecretBasic,
  ClientSecretPost,
  customFetch,
  introspectionRequest,
  processIntrospectionResponse,
} from 'oauth4webapi'
import { audienceOf, type Claims, type Expectation, invalid, isFor, notForResource, tokenFrom } from './claims.ts'
import { unavailable } from './errors.ts'
import { readIntrospectionJwt } from './introspection-jwt.ts'
import type { JwtVerification } from './jwt.ts'
import type { Outbound } from './outbound.ts'
import type { IntrospectionOptions } from './token-verifier-options.ts'
import { isLoopback } from './url.ts'
import type { VerifiedToken } from './verified-token.ts'

export interface Introspection extends Expectation {
  readonly client: Pick<IntrospectionOptions, 'clientId' | 'clientSecret' | 'authMethod'>
  readonly endpoint: () => Promise<URL>
  readonly fetch: Outbound
  /** The accepted values of `token_type`, in lower case. */
  readonly tokenTypes: readonly string[]
  /** How the signature of a response is verified; `undefined` when the response is JSON. */
  readonly signed: JwtVerification | undefined
}

/**
 * Introspects a token at the authorization server ({@link https://www.rfc-editor.org/rfc/rfc7662#section-2 RFC 7662
 * section 2}). `active` alone is not enough: the response must also describe an access token for this resource that has
 * not expired.
 * @throws {ResourceError} `invalid_token`; `temporarily_unavailable` when the server gives no proper response
 */
export async function introspect(token: string, introspection: Introspection, now: number): Promise<VerifiedToken> {
  const answer = await ask(token, introspection, now).catch((cause: unknown) => {
    throw unavailable(cause)
  })
  return checkAnswer(answer, introspection, now)
}

async function ask(token: string, introspection: Introspection, now: number): Promise<Claims> {
  const { client, endpoint, fetch, issuer, signed } = introspection
  const url = await endpoint()
  const server: AuthorizationServer = { issuer, introspection_endpoint: url.href }
  const self: Client = { client_id: client.clientId }
  const authenticate = client.authMethod === 'client_secret_post' ? ClientSecretPost : ClientSecretBasic
  const response = await introspectionRequest(server, self, authenticate(client.clientSecret), token, {
    additionalParameters: { token_type_hint: 'access_token' },
    requestJwtResponse: signed !== undefined,
    [customFetch]: fetch,
    [allowInsecureRequests]: isLoopback(url),
  })
  if (signed !== undefined) return readIntrospectionJwt(response, client.clientId, signed, now)
  return processIntrospectionResponse(server, self, response)
}

function checkAnswer(answer: Claims, expected: Introspection, now: number): VerifiedToken {
  if (answer.active !== true) throw invalid(undefined, 'the introspection response says that it is not active')
  const { iss, aud, exp, iat, nbf, client_id, token_type } = answer
  if (iss !== undefined && iss !== expected.issuer) throw invalid()
  // A response without an audience is refused: otherwise tokens for any other resource would work here.
  if (!isFor(expected.audience, audienceOf(aud))) throw notForResource(audienceOf(aud))
  if (typeof exp !== 'number' || !(now < exp + expected.clockTolerance)) throw invalid('the access token has expired')
  if (typeof nbf === 'number' && nbf > now + expected.clockTolerance) throw invalid()
  if (token_type !== undefined && !expected.tokenTypes.includes(String(token_type).toLowerCase())) throw invalid()
  // Such a token needs a proof, so the response must name the key.
  if (token_type !== undefined && String(token_type).toLowerCase() !== 'bearer' && answer.cnf === undefined)
    throw invalid()
  if (typeof client_id !== 'string') throw invalid()
  return tokenFrom({ ...answer, client_id, exp, iat: typeof iat === 'number' ? iat : now }, 'introspection')
}
