import type { OAuthErrorCode } from '../protocol/errors.ts'

/**
 * What happened, for logs, metrics and alarms: stable names, the true reason and identifiers, and never a token, code,
 * secret, verifier or cookie. Values from outside are cut and free of control characters.
 */
export type OAuthEvent =
  | { readonly type: 'client.registered' | 'client.updated'; readonly clientId: string }
  | { readonly type: 'client.authentication_failed'; readonly clientId?: string; readonly reason: string }
  | { readonly type: 'interaction.started' | 'interaction.denied'; readonly clientId: string; readonly step?: string }
  | {
      readonly type: 'consent.remembered'
      readonly clientId: string
      readonly userId: string
      readonly scopes: readonly string[]
    }
  | { readonly type: 'code.issued'; readonly clientId: string; readonly userId: string; readonly grantId: string }
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
      readonly refreshTokenWithheld?: 'client_may_not_refresh' | 'offline_access_not_granted'
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
  | { readonly type: 'claims.reserved_name_dropped'; readonly hook: string; readonly names: readonly string[] }
  | {
      readonly type: 'signing_key.created'
      readonly keyId: string
      readonly algorithm: string
      readonly activatesAt: number
    }
  /** Sealed with a secret that we do not have: the key is skipped, its tokens still verify. */
  | { readonly type: 'signing_key.unsealable'; readonly keyId: string; readonly algorithm: string }
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
