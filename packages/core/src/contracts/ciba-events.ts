/** The events of the feature `backchannel-authentication`. They contain no secrets. */
export type CibaEvent =
  /**
   * A client has asked, over the back channel, for the access of a user. `cibaRequestId` is its id for `find` and `decide`, and
   * `expiresAt` is when it expires, in seconds since the epoch.
   */
  | {
      readonly type: 'ciba.requested'
      readonly clientId: string
      readonly userId: string
      readonly cibaRequestId: string
      readonly expiresAt: number
    }
  /** A user has approved a back-channel authentication, whose client gets its tokens now. */
  | {
      readonly type: 'ciba.approved'
      readonly clientId: string
      readonly userId: string
      readonly cibaRequestId: string
      readonly grantId: string
    }
  /** A user has refused a back-channel authentication, or it was found to have expired. */
  | {
      readonly type: 'ciba.denied' | 'ciba.expired'
      readonly clientId: string
      readonly userId: string
      readonly cibaRequestId: string
    }
  /** A client was notified that a back-channel authentication was answered. */
  | { readonly type: 'ciba.notified'; readonly clientId: string; readonly userId: string; readonly attempts: number }
  /**
   * Tokens could not be pushed to a client: `status` is what it answered, or `cause` why there was no answer. The grant is
   * revoked.
   */
  | {
      readonly type: 'ciba.push_failed'
      readonly clientId: string
      readonly userId: string
      readonly grantId: string
      readonly attempts: number
      readonly status?: number
      readonly cause?: unknown
    }
  /** A client could not be notified: `status` is what it answered, or `cause` why there was no answer. */
  | {
      readonly type: 'ciba.notification_failed'
      readonly clientId: string
      readonly userId: string
      readonly attempts: number
      readonly status?: number
      readonly cause?: unknown
    }
