import {
  type AgeOptions,
  type AuthenticationRequirements,
  checkRequirements,
  requireAuthentication,
} from './authentication.ts'
import { type ChallengeDefaults, errorResponse } from './challenge.ts'
import { createDefaultLog } from './default-log.ts'
import { ResourceError } from './errors.ts'
import { refuseUnknownOptions, resolveSeconds } from './options.ts'
import { requireHead } from './request-head.ts'
import { checkScopes, requireScopes } from './scope.ts'
import { challengeSchemes, withHeaders } from './sender-constraint.ts'
import { forWholeOperation } from './step-up.ts'
import type { TokenVerifier } from './token-verifier.ts'
import { parseSecureUrl } from './url.ts'
import type { VerifiedToken } from './verified-token.ts'

export interface ProtectOptions extends ChallengeDefaults, AuthenticationRequirements, AgeOptions {
  readonly verifier: Pick<TokenVerifier, 'verify'> & Partial<Pick<TokenVerifier, 'senderConstraints' | 'audience'>>
  /** Scopes that every request needs. */
  readonly scopes?: readonly string[]
  /**
   * Which scopes the challenge to a valid token names. `operation`: all that the operation needs, those of `scopes` and of
   * `requireScopes`; the client adds them to what it has ({@link
   * https://www.rfc-editor.org/rfc/rfc6750#section-3.1 RFC 6750 section 3.1}, and the MCP revision 2026-07-28).
   * `granted-and-operation`: also the scopes of the token, for clients that request exactly what a challenge names, as MCP
   * clients of the revision 2025-11-25 do, and would lose what they had. Default `operation`.
   */
  readonly challengeScopes?: 'operation' | 'granted-and-operation'
  /**
   * Called for every refused request. `error.cause` is the true reason. It must not throw, and is not awaited. Default: one
   * line on the console for each kind of refusal, at most once a minute, and none for a request without a token. `false` is
   * silent.
   */
  readonly onError?: ((error: ResourceError) => void) | false
}

/** A fetch handler that gets the verified token of its request, and then the further arguments of the platform. */
export type ProtectedHandler<Rest extends readonly unknown[]> = (
  request: Request,
  token: VerifiedToken,
  ...rest: Rest
) => Response | Promise<Response>

const known: readonly string[] = [
  ...['verifier', 'scopes', 'challengeScopes', 'acr', 'maxAge', 'clock', 'clockTolerance'],
  ...['resourceMetadata', 'realm', 'onError'],
]

/**
 * Protects a fetch handler: it calls the handler for requests with a valid token, and answers all others with a challenge.
 * It checks in this order: the token, how and when its user authenticated (`acr`, `maxAge`), and its scopes. The handler
 * may throw a `ResourceError` as well, for instance with `requireScopes` or `requireAuthentication`.
 * @throws {TypeError} when an option is unknown or wrong
 * @example
 * protect({ verifier, scopes: ['payments:write'], acr: ['urn:example:mfa'], maxAge: 300 })(pay)
 */
export function protect(
  options: ProtectOptions,
): <Rest extends readonly unknown[]>(
  handler: ProtectedHandler<Rest>,
) => (request: Request, ...rest: Rest) => Promise<Response> {
  refuseUnknownOptions('protect', options, known)
  const { verifier, scopes = [], resourceMetadata } = options
  if (resourceMetadata !== undefined) parseSecureUrl(resourceMetadata, 'resourceMetadata')
  checkScopes(scopes)
  checkRequirements(options)
  resolveSeconds('clockTolerance', options.clockTolerance, 5, { most: 300 })
  const tell = listenerOf(options)
  const route = { ...options, scopes, keepScopes: keepsScopes(options) }

  return (handler) =>
    async (request, ...rest) => {
      requireHead(request)
      let token: VerifiedToken | undefined
      try {
        token = await verifier.verify(request)
        requireAuthentication(token, options, options)
        requireScopes(token, scopes)
        return withHeaders(await handler(request, token, ...rest), token.responseHeaders)
      } catch (error) {
        if (!(error instanceof ResourceError)) throw error
        tell(error)
        const schemes = challengeSchemes(request, verifier.senderConstraints)
        const answer = errorResponse(forWholeOperation(error, route, token?.scopes ?? []), { ...options, schemes })
        return withHeaders(answer, token?.responseHeaders)
      }
    }
}

/** @throws {TypeError} when the option is neither a function nor `false` */
function listenerOf({ onError, verifier }: ProtectOptions): (error: ResourceError) => void {
  if (onError === undefined) return createDefaultLog(verifier.audience)
  if (onError === false) return () => undefined
  if (typeof onError === 'function') return onError
  throw new TypeError('onError: must be a function, or false for no log')
}

function keepsScopes({ challengeScopes = 'operation' }: ProtectOptions): boolean {
  if (challengeScopes === 'granted-and-operation') return true
  if (challengeScopes === 'operation') return false
  throw new TypeError("challengeScopes: must be 'operation' or 'granted-and-operation'")
}
