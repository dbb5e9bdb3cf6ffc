/** The events of `importClient` and `importConsent`. */
export type ImportEvent =
  /** A client of another server was stored, or replaced the one that was here (`replaced`). */
  | { readonly type: 'client.imported'; readonly clientId: string; readonly replaced: boolean }
  /** What a user agreed to at another server was stored. */
  | {
      readonly type: 'consent.imported'
      readonly clientId: string
      readonly userId: string
      readonly scopes: readonly string[]
    }
