import type { OutboundFetch } from '../../http/outbound.ts'

/**
 * How the server sends requests to URLs of clients (`jwks_uri`, `sector_identifier_uri`, `request_uris`, client documents,
 * `backchannel_logout_uri`). It uses https, follows no redirects, reads at most 256 KiB, and never calls a private
 * network.
 */
export interface OutboundOptions {
  /**
   * Sends these requests in place of the platform's `fetch`, for instance through a proxy. Your function must then
   * refuse host names that resolve to private addresses. Default: the platform's `fetch`, after a look-up of the host
   * name where the platform has one; the server refuses a name that resolves to a private address.
   */
  readonly outboundFetch?: OutboundFetch | undefined
  /** After how many seconds the server gives up a request. Default 5. */
  readonly outboundTimeoutSeconds?: number | undefined
  /**
   * Lets the requests go to private addresses, and there over plain http. Whoever registers a client could then reach
   * services behind your firewall. For test suites. Default `false`.
   */
  readonly dangerouslyAllowPrivateAddresses?: boolean | undefined
}
