import { deviceRequests } from './device-requests.ts'
import { createProviderLink, type RelyingPartyOptions } from './provider-link.ts'
import { signInRequests } from './sign-in-requests.ts'
import { tokenRequests } from './token-requests.ts'

export type RelyingParty = ReturnType<typeof createRelyingParty>

/** A complete confidential client, all over HTTP. Each request is written down in the log that it gets. */
export function createRelyingParty(options: RelyingPartyOptions) {
  const link = createProviderLink(options)
  return { ...signInRequests(link), ...tokenRequests(link), ...deviceRequests(link) }
}
