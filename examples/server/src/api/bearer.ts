import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'

export interface BearerOptions {
  readonly issuer: string
  readonly audience: string
  readonly jwksUri: string
  readonly scope: string
}

export type Verdict = { readonly claims: JWTPayload } | { readonly refusal: Response }

/**
 * What every API does with an access token, {@link https://www.rfc-editor.org/rfc/rfc9068#section-4 RFC 9068 section 4}:
 * signature, issuer, audience, type and lifetime, then the scope. It needs the provider's public keys and nothing else.
 */
export function createBearerCheck(options: BearerOptions): (request: Request) => Promise<Verdict> {
  const keys = createRemoteJWKSet(new URL(options.jwksUri))
  const { issuer, audience, scope } = options

  return async (request) => {
    const credentials = /^Bearer(?: +(.*))?$/i.exec(request.headers.get('authorization') ?? '')
    // A request without a token is told what to bring, and no error: RFC 6750 section 3.1.
    if (credentials === null) return { refusal: challenge(401, { scope }) }
    try {
      const { payload } = await jwtVerify(credentials[1] ?? '', keys, {
        issuer,
        audience,
        typ: 'at+jwt',
        requiredClaims: ['exp', 'sub'],
      })
      const granted = String(payload.scope ?? '').split(' ')
      if (!granted.includes(scope)) return { refusal: challenge(403, { error: 'insufficient_scope', scope }) }
      return { claims: payload }
    } catch (error) {
      // Anything else, like keys that could not be fetched, says nothing about the token.
      if (!(error instanceof errors.JOSEError) || unavailable.has(error.code)) throw error
      return { refusal: challenge(401, { error: 'invalid_token', error_description: reason(error) }) }
    }
  }
}

const unavailable = new Set([errors.JWKSTimeout.code, errors.JOSEError.code])

function reason(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired'
  if (error instanceof errors.JWTClaimValidationFailed) return `the token has the wrong ${error.claim}`
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'not a JWT'
  return 'the token does not verify'
}

/** {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 section 3} */
function challenge(status: 401 | 403, parameters: Readonly<Record<string, string>>): Response {
  const all = Object.entries({ realm: 'notes', ...parameters }).map(([name, value]) => `${name}="${value}"`)
  const { error } = parameters
  const headers = { 'www-authenticate': `Bearer ${all.join(', ')}` }
  return Response.json({ error: error ?? 'unauthorized' }, { status, headers })
}
