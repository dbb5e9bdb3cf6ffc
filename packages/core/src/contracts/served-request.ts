import type { OAuthErrorCode } from '../protocol/errors.ts'

/** A request that is being served, and what the server has learned about it: what becomes a `RequestEnd`. */
export interface ServedRequest {
  readonly id: string
  clientId: string | undefined
  grantType: string | undefined
  /** The error that the request ends with. */
  error: { readonly code: OAuthErrorCode; readonly status: number } | undefined
  storageMilliseconds: number
  storageCalls: number
}
