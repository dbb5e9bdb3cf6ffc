import { isBearerToken, readBearerToken } from './bearer-token.ts'
import { checkLife, invalid } from './claims.ts'
import { systemClock } from './clock.ts'
import { verifyLocally } from './local.ts'
import { refuseUnknownOptions, resolveSeconds } from './options.ts'
import { createRemoteVerification } from './remote.ts'
import type { LocalVerifierOptions, TokenVerifierOptions } from './token-verifier-options.ts'
import type { VerifiedToken } from './verified-token.ts'

export interface TokenVerifier {
  /** The identifier of the resource, which tokens must name. */
  readonly audience: string
  /**
   * The access token of a request, or a token by itself, when it is good now and for this resource. Bound: pass it
   * around as it is.
   * @throws {ResourceError} `missing_token`, `invalid_request`, `invalid_token`, or `temporarily_unavailable` when the
   *   authorization server is needed and does not answer: such a token is neither good nor bad
   */
  verify(input: Request | string): Promise<VerifiedToken>
}

/**
 * Verifies access tokens for one resource: JWTs (RFC 9068) with the authorization server's keys, opaque tokens at its
 * introspection endpoint (RFC 7662), both found in its metadata; or with a function of the same process. A JWT is good
 * until it expires, whatever was revoked since, unless `introspection.jwts` is on or the verification is local.
 * @throws {TypeError} when an option is unknown, missing or wrong
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { audience, clock = systemClock } = options
  if (typeof audience !== 'string' || audience === '') throw new TypeError('audience: must name this resource')
  const clockTolerance = resolveSeconds('clockTolerance', options.clockTolerance, 5, { most: 300 })
  const verification = isLocal(options)
    ? createLocalVerification(options)
    : createRemoteVerification(options, clock, clockTolerance)
  return Object.freeze<TokenVerifier>({
    audience,
    async verify(input) {
      const token = typeof input === 'string' ? input : readBearerToken(input)
      if (!isBearerToken(token)) throw invalid()
      const verified = await verification(token)
      // Each way has checked this. It is what counts most, so no way has the last word.
      checkLife(verified, audience, clock.now() - clockTolerance)
      return verified
    },
  })
}

function isLocal(options: TokenVerifierOptions): options is LocalVerifierOptions {
  return options.verifyWith !== undefined
}

function createLocalVerification(options: LocalVerifierOptions): (token: string) => Promise<VerifiedToken> {
  refuseUnknownOptions('createTokenVerifier with verifyWith', options, [
    ...['audience', 'clockTolerance', 'clock', 'verifyWith'],
  ])
  return (token) => verifyLocally(options.verifyWith, token, options.audience)
}
