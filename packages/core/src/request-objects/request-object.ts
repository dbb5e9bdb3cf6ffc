import type { Context } from '../contracts/context.ts'
import { verifyClientSignature } from '../keys/client-signature.ts'
import { decodeUnverifiedJwt, type UnverifiedJwt } from '../keys/unverified-jwt.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'
import { lifetimeProblem } from './lifetime.ts'
import type { RequestObjectRules } from './rules.ts'

type Claims = Readonly<Record<string, unknown>>

/**
 * Verifies a request object of this client ({@link https://www.rfc-editor.org/rfc/rfc9101#section-6.2 RFC 9101 section
 * 6.2}).
 * @returns its claims
 * @throws {OAuthError} `invalid_request_object`
 */
export async function verifyRequestObject(
  ctx: Context,
  rules: RequestObjectRules,
  client: ClientRecord,
  jwt: string,
): Promise<Claims> {
  const decoded = decodeUnverifiedJwt(jwt)
  if (decoded === undefined) throw invalid('it must be a signed JWT in compact form; encrypted ones are not supported')
  const signed = decoded.header.alg !== 'none'
  if (signed) await requireSignature(ctx, rules, client, jwt)
  else requireUnsignedAllowed(rules, client, decoded)
  const problem =
    typeProblem(decoded, rules) ??
    partyProblem(decoded.claims, signed, client.id, ctx.config.issuer) ??
    lifetimeProblem(decoded.claims, rules, ctx.clock.now())
  if (problem !== undefined) throw invalid(problem)
  return decoded.claims
}

async function requireSignature(
  ctx: Context,
  { signingAlgorithms, registeredIn = 'request_object_signing_alg' }: RequestObjectRules,
  client: ClientRecord,
  jwt: string,
): Promise<void> {
  const registered = client.metadata[registeredIn]
  const algorithms = signingAlgorithms.filter((algorithm) => registered === undefined || algorithm === registered)
  const verified = await verifyClientSignature(ctx, client, jwt, algorithms)
  if (typeof verified === 'string') {
    throw invalid('its signature cannot be verified; check the registered keys and algorithm', verified)
  }
}

/**
 * Refuses an unsigned object, unless the options and the registration of the client allow it. An unsigned object proves
 * no more than the URL that it came in.
 */
function requireUnsignedAllowed(
  { unsigned, required }: RequestObjectRules,
  { metadata }: ClientRecord,
  { signature }: UnverifiedJwt,
): void {
  const registered = metadata.request_object_signing_alg
  const byClient = registered === 'none' || (registered === undefined && unsigned === 'allowed')
  if (unsigned === 'refused' || required || metadata.require_signed_request_object === true || !byClient) {
    throw invalid('it must be signed')
  }
  if (signature !== '') throw invalid('with alg none it must not have a signature')
}

/**
 * Checks that the JWT is a request object by its type, and not one that the client signed for another purpose ({@link
 * https://www.rfc-editor.org/rfc/rfc9101#section-10.8 RFC 9101 section 10.8}).
 */
function typeProblem({ header: { typ } }: UnverifiedJwt, { requireType }: RequestObjectRules): string | undefined {
  if (typ !== undefined && typeof typ !== 'string') return 'typ must be a string'
  if (/^(?:application\/)?oauth-authz-req\+jwt$/i.test(typ ?? '')) return undefined
  if (requireType) return 'typ must be oauth-authz-req+jwt'
  return typ === undefined || /^(?:application\/)?jwt$/i.test(typ) ? undefined : 'it is a JWT of another type'
}

function partyProblem(claims: Claims, signed: boolean, clientId: string, issuer: string): string | undefined {
  const { iss, sub, aud, client_id, request, request_uri } = claims
  if (request !== undefined || request_uri !== undefined) return 'it must not contain request or request_uri'
  // With its client as the subject, a JWT is a client assertion (RFC 9101 section 10.8).
  if (sub === clientId) return 'it may be a client assertion: sub must not be the client_id'
  if (client_id !== undefined && client_id !== clientId) return 'its client_id must be that of the request'
  if (iss === undefined ? signed : iss !== clientId) return 'iss must be the client_id'
  const forUs = Array.isArray(aud) ? aud.includes(issuer) : aud === issuer
  return (aud === undefined ? signed : !forUs) ? 'aud must be the issuer of this server' : undefined
}

function invalid(description: string, cause?: string): OAuthError {
  return new OAuthError('invalid_request_object', `the request object is not valid: ${description}`, {
    ...(cause !== undefined && { cause: new Error(cause) }),
  })
}
