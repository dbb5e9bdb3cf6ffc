import { isBearerToken, readPresentedToken } from './bearer-token.ts'
import { checkLife, invalid } from './claims.ts'
import { systemClock } from './clock.ts'
import { verifyLocally } from './local.ts'
import { refuseUnknownOptions, resolveSeconds } from './options.ts'
import { createRemoteVerification } from './remote.ts'
import type { RequestHead } from './request-head.ts'
import { checkBinding, checkConstraints, type PresentedToken, type SenderConstraint } from './sender-constraint.ts'
import type { LocalVerifierOptions, TokenVerifierOptions } from './token-verifier-options.ts'
import type { VerifiedToken } from './verified-token.ts'

export interface TokenVerifier {
  /** The identifier of the resource, which must be in the `aud` of tokens. */
  readonly audience: string
  /** The sender constraints that this verifier checks. `protect` names their schemes in its challenges. */
  readonly senderConstraints: readonly SenderConstraint[]
  /**
   * Verifies the access token of a request, or a token by itself: it must be valid now and for this resource. A token that is
   * bound to a key needs its request, which has the proof. The function needs no `this`, so you may pass it on alone.
   * @throws {ResourceError} `missing_token`, `invalid_request`, `invalid_token`, or `temporarily_unavailable` when the
   *   authorization server is needed and does not answer
   */
  verify(input: RequestHead | string): Promise<VerifiedToken>
}

/**
 * Makes a verifier of access tokens for one resource. It verifies JWTs (RFC 9068) with the authorization server's keys and
 * opaque tokens at its introspection endpoint (RFC 7662), whose URLs it finds in the metadata; or all tokens with a
 * function of the same process. It accepts a revoked JWT until it expires, unless `introspection.jwts` is on or the
 * verification is local.
 * @throws {TypeError} when an option is unknown, missing or wrong
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { audience, clock = systemClock, senderConstraints = [] } = options
  if (typeof audience !== 'string' || audience === '') throw new TypeError('audience: must name this resource')
  checkConstraints(senderConstraints, audience)
  const schemes = senderConstraints.map(({ scheme }) => scheme.toLowerCase())
  const clockTolerance = resolveSeconds('clockTolerance', options.clockTolerance, 5, { most: 300 })
  const verification = isLocal(options)
    ? createLocalVerification(options)
    : createRemoteVerification(options, clock, clockTolerance)
  return Object.freeze<TokenVerifier>({
    audience,
    senderConstraints,
    async verify(input) {
      const presented: PresentedToken =
        typeof input === 'string' ? { token: input, scheme: 'bearer' } : readPresentedToken(input, schemes)
      if (!isBearerToken(presented.token)) throw invalid()
      const verified = await verification(presented.token)
      // Each kind of verification has checked this. Check it again, because it matters most.
      checkLife(verified, audience, clock.now() - clockTolerance)
      return checkBinding(verified, presented, senderConstraints, audience)
    },
  })
}

function isLocal(options: TokenVerifierOptions): options is LocalVerifierOptions {
  return options.verifyWith !== undefined
}

function createLocalVerification(options: LocalVerifierOptions): (token: string) => Promise<VerifiedToken> {
  refuseUnknownOptions('createTokenVerifier with verifyWith', options, [
    ...['audience', 'clockTolerance', 'clock', 'verifyWith', 'senderConstraints'],
  ])
  return (token) => verifyLocally(options.verifyWith, token, options.audience)
}
