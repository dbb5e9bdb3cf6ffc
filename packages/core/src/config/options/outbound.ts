import type { OutboundFetch } from '../../http/outbound.ts'

/**
 * How the server sends requests to URLs of clients (`jwks_uri`, `sector_identifier_uri`, `request_uris`,
 * `backchannel_logout_uri`): over https, without following redirects, reading no more than 256 KiB, and never to a private
 * network.
 */
export interface OutboundOptions {
  /**
   * Sends the requests in place of the platform's `fetch`, for instance through a proxy. What host names resolve to is
   * then yours to check; without it they are looked up first, where the platform can, and refused if private.
   */
  readonly outboundFetch?: OutboundFetch | undefined
  /** Seconds after which a request is given up, whatever has come by then. Default 5. */
  readonly outboundTimeoutSeconds?: number | undefined
  /**
   * Lets requests go to private addresses, and over plain http to them: whoever registers a client could then reach what
   * is behind your firewall. For test suites. Default `false`.
   */
  readonly dangerouslyAllowPrivateAddresses?: boolean | undefined
}
