import { type ChallengeDefaults, errorResponse } from './challenge.ts'
import { ResourceError } from './errors.ts'
import { refuseUnknownOptions } from './options.ts'
import { requireScopes } from './scope.ts'
import { challengeSchemes, withHeaders } from './sender-constraint.ts'
import type { TokenVerifier } from './token-verifier.ts'
import { parseSecureUrl } from './url.ts'
import type { VerifiedToken } from './verified-token.ts'

export interface ProtectOptions extends ChallengeDefaults {
  readonly verifier: Pick<TokenVerifier, 'verify'> & Partial<Pick<TokenVerifier, 'senderConstraints'>>
  /** Scopes that every request needs. */
  readonly scopes?: readonly string[]
  /** Called for every refused request, for the log. `error.cause` is the true reason. It must not throw, and is not awaited. */
  readonly onError?: (error: ResourceError) => void
}

/** A fetch handler that gets the verified token of its request, and then the further arguments of the platform. */
export type ProtectedHandler<Rest extends readonly unknown[]> = (
  request: Request,
  token: VerifiedToken,
  ...rest: Rest
) => Response | Promise<Response>

/**
 * Protects a fetch handler: it calls the handler for requests with a valid token, and answers all others with a challenge.
 * The handler may throw a `ResourceError` as well, for instance with `requireScopes`.
 * @throws {TypeError} when an option is unknown or wrong
 */
export function protect(
  options: ProtectOptions,
): <Rest extends readonly unknown[]>(
  handler: ProtectedHandler<Rest>,
) => (request: Request, ...rest: Rest) => Promise<Response> {
  refuseUnknownOptions('protect', options, ['verifier', 'scopes', 'resourceMetadata', 'realm', 'onError'])
  const { verifier, scopes = [], resourceMetadata, onError } = options
  if (resourceMetadata !== undefined) parseSecureUrl(resourceMetadata, 'resourceMetadata')

  return (handler) =>
    async (request, ...rest) => {
      try {
        const token = await verifier.verify(request)
        requireScopes(token, scopes)
        return withHeaders(await handler(request, token, ...rest), token.responseHeaders)
      } catch (error) {
        if (!(error instanceof ResourceError)) throw error
        onError?.(error)
        const schemes = challengeSchemes(request, verifier.senderConstraints)
        return errorResponse(withScopes(error, scopes), { ...options, schemes })
      }
    }
}

/** Adds the required scopes to the error, so that a client without a token knows which to request ({@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 section 3}). */
function withScopes(error: ResourceError, scopes: readonly string[]): ResourceError {
  if (error.code !== 'missing_token' && error.code !== 'invalid_token') return error
  return new ResourceError(error.code, {
    ...(error.description !== undefined && { description: error.description }),
    scopes,
    headers: error.headers,
  })
}
