import type { ErrorAudience } from '../http/error-response.ts'
import type { Parameters } from '../http/parameters.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { Core } from './core.ts'
import type { RateLimitBucket } from './rate-limit.ts'

/**
 * One row of the endpoint table, which feeds the router, `provider.handlers` and the discovery documents alike. It has
 * either `handle`, or `handleClient` when the client has to authenticate.
 */
export type Endpoint = OpenEndpoint | ClientEndpoint

/** An endpoint that reads the request by itself. */
export interface OpenEndpoint extends EndpointRow {
  handle(core: Core, request: Request): Promise<Response>
}

/** An endpoint at which clients authenticate, like the token endpoint: a form by POST, with credentials of the client. */
export interface ClientEndpoint extends EndpointRow {
  handleClient(core: Core, call: ClientCall): Promise<Response>
}

/** A request of a client that has authenticated. */
export interface ClientCall {
  readonly request: Request
  readonly client: ClientRecord
  /** The form, without repeated parameters. */
  readonly parameters: Parameters
}

/** What every endpoint says of itself. */
export interface EndpointRow {
  /** Its name in `provider.handlers`. */
  readonly name: string
  /** Below the issuer, for instance `/oauth2/token`. */
  readonly path: string
  /** Below the origin, for the well-known forms that put the issuer's path last ({@link https://www.rfc-editor.org/rfc/rfc8414#section-3.1 RFC 8414 section 3.1}). */
  readonly insertedPath?: string
  readonly methods: readonly ('GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE')[]
  /**
   * Whether a GET changes something (a code is issued, a session ends). Then a HEAD, and a GET that a browser makes ahead
   * of its user, are refused: programs that only look at links must not use one up.
   */
  readonly changesOnGet?: true
  /** Who reads its errors. */
  readonly errors: ErrorAudience
  /** Which origins' scripts may read it: `any`, or those of the redirect URIs of the client that it authenticated. */
  readonly cors?: 'any' | 'client' | undefined
  /** Which limit its requests count against, by address and by the client that authenticated, where the option `rateLimit` is set. */
  readonly rateLimit?: RateLimitBucket
  /** The member of the discovery documents that names its URL. */
  readonly metadata?: string
}
