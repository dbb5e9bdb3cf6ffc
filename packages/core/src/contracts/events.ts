import type { OAuthErrorCode } from '../protocol/errors.ts'
import type { FeatureEvents } from './feature-events.ts'
import type { RateLimitBucket } from './rate-limit.ts'

/**
 * What happened, for logs, metrics and alarms: stable names, the true reason and identifiers, and never a token, code,
 * secret, verifier or cookie. Values from outside are cut and free of control characters.
 */
export type OAuthEvent = CoreEvent | FeatureEvent

/** The events that features bring. */
export type FeatureEvent = {
  readonly [Type in keyof FeatureEvents]: { readonly type: Type } & FeatureEvents[Type]
}[keyof FeatureEvents]

/** The events of the core. */
export type CoreEvent =
  | { readonly type: 'client.registered' | 'client.updated' | 'client.secret_rotated'; readonly clientId: string }
  /** Grants that were alive ended with it. */
  | { readonly type: 'client.deleted'; readonly clientId: string; readonly grantsEnded: number }
  | { readonly type: 'client.authentication_failed'; readonly clientId?: string; readonly reason: string }
  | { readonly type: 'interaction.started' | 'interaction.denied'; readonly clientId: string; readonly step?: string }
  /**
   * A login or sign-up page sent its user back with the session that was there before, where the request demands a new
   * sign-in: the client got `login_required`. The page has to make a new session, or one with a newer `authTime`.
   */
  | { readonly type: 'interaction.session_unchanged'; readonly clientId: string; readonly step: string }
  | {
      readonly type: 'consent.remembered'
      readonly clientId: string
      readonly userId: string
      readonly scopes: readonly string[]
    }
  /** The user withdrew a consent, or a part of it; grants that went beyond what is left ended with it. */
  | {
      readonly type: 'consent.narrowed' | 'consent.deleted'
      readonly clientId: string
      readonly userId: string
      readonly grantsEnded: number
    }
  | { readonly type: 'code.issued'; readonly clientId: string; readonly userId: string; readonly grantId: string }
  /**
   * Something was withdrawn (a session, a consent, the grants of a user, a client) while a code for it was being written:
   * the code did not leave, and its grant is ended.
   */
  | { readonly type: 'code.withdrawn'; readonly clientId: string; readonly userId: string; readonly grantId: string }
  /** A code came back: the grant is ended. `ended` is false when somebody had ended it before. */
  | { readonly type: 'code.replayed'; readonly clientId: string; readonly grantId: string; readonly ended: boolean }
  | {
      readonly type: 'tokens.issued'
      readonly clientId: string
      readonly grantType: string
      readonly userId?: string
      readonly grantId?: string
      readonly scopes: readonly string[]
      /** Why no refresh token came along, where the client might have expected one. */
      readonly refreshTokenWithheld?: 'refresh_not_supported' | 'client_may_not_refresh' | 'offline_access_not_granted'
    }
  /** An old refresh token came back inside the reuse window: the same successor was given again. */
  | { readonly type: 'refresh_token.reused'; readonly clientId: string; readonly grantId: string }
  /** An old refresh token came back outside the window, or two generations back: the family is ended. */
  | {
      readonly type: 'refresh_token.replayed'
      readonly clientId: string
      readonly grantId: string
      readonly ended: boolean
    }
  | {
      readonly type: 'token.revoked'
      readonly clientId: string
      readonly grantId?: string
      readonly kind: 'access_token' | 'refresh_token'
    }
  | { readonly type: 'grant.revoked'; readonly grantId: string }
  /** A session of the host's was ended here, and with it its grants without offline access. */
  | {
      readonly type: 'session.ended'
      readonly clientId?: string
      readonly userId?: string
      readonly grantsEnded: number
    }
  /** A client was told that a session of its user has ended, or could not be told and will not be. */
  | {
      readonly type: 'back_channel_logout.delivered'
      readonly clientId: string
      readonly userId: string
      readonly attempts: number
    }
  | {
      readonly type: 'back_channel_logout.failed'
      readonly clientId: string
      readonly userId: string
      readonly attempts: number
      /** What the client answered the last time, or else why there was no answer. */
      readonly status?: number
      readonly cause?: unknown
    }
  /** The limiter, or the host's `clientAddress`, threw: the request went on unlimited. */
  | { readonly type: 'rate_limiter.failed'; readonly bucket: RateLimitBucket; readonly cause: unknown }
  /** Many at once, for a user. */
  | { readonly type: 'grants.revoked'; readonly userId: string; readonly clientId?: string; readonly count: number }
  /** A hook of the host's set names that it must not set: they were left out. */
  | { readonly type: 'claims.reserved_name_dropped'; readonly hook: string; readonly names: readonly string[] }
  /** The host answered with a claim of the wrong type: it was left out. `expected` says what it must be. */
  | {
      readonly type: 'claims.wrong_type_dropped'
      readonly hook: 'userClaims'
      readonly claim: string
      readonly expected: string
    }
  | {
      readonly type: 'signing_key.created'
      readonly keyId: string
      readonly algorithm: string
      readonly activatesAt: number
    }
  /**
   * `secret` opens none of the keys that are there, and a new one was made, which verifiers do not know yet. `problem`
   * says what to do.
   */
  | { readonly type: 'signing_key.secret_changed'; readonly algorithm: string; readonly problem: string }
  /**
   * The clock is behind what the signing keys tell of the time, by so many seconds: it was set back, or the clock of
   * another process was ahead. The keys that verifiers know go on signing. Once for each time it happens.
   */
  | { readonly type: 'clock.set_back'; readonly behindSeconds: number; readonly problem: string }
  /** Sealed with a secret that we do not have: the key is skipped, its tokens still verify. */
  | { readonly type: 'signing_key.unsealable'; readonly keyId: string; readonly algorithm: string }
  /** A source of clients (a feature) failed where the core went on without this client. */
  | { readonly type: 'client_source.failed'; readonly clientId: string; readonly cause: unknown }
  /** A request was refused. */
  | {
      readonly type: 'request.refused'
      readonly endpoint: string
      readonly error: OAuthErrorCode
      readonly description?: string
      readonly status: number
      readonly cause?: unknown
    }
  /** A request failed through no fault of the client. */
  | { readonly type: 'request.failed'; readonly endpoint: string; readonly cause: unknown }
