declare module '../../contracts/feature-events.ts' {
  interface FeatureEvents {
    /** A client has pushed an authorization request. */
    'authorization_request.pushed': RequestPushed
  }
}

/** The members of the event `authorization_request.pushed`. */
export interface RequestPushed {
  readonly clientId: string
  /** When the `request_uri` expires, in seconds since the epoch. */
  readonly expiresAt: number
}
