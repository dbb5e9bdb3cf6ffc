import type { ErrorAudience } from '../http/error-response.ts'
import type { Parameters } from '../http/parameters.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { ClientEvidence } from './client-instance.ts'
import type { Core } from './core.ts'
import type { RateLimitBucket } from './rate-limit.ts'

/**
 * An endpoint of the server. The router, `provider.handlers` and the discovery documents are made from it. It has
 * either `handle`, or `handleClient` when the client must authenticate.
 */
export type Endpoint = OpenEndpoint | ClientEndpoint

/** An endpoint that reads the request itself. One that answers with a prepared document needs no promise. */
export interface OpenEndpoint extends EndpointRow {
  handle(core: Core, request: Request): Awaitable<Response>
}

/**
 * An endpoint at which clients authenticate, like the token endpoint: a form by POST, with credentials of the client.
 * The server authenticates the client before it calls `handleClient`.
 */
export interface ClientEndpoint extends EndpointRow {
  handleClient(core: Core, call: ClientCall): Awaitable<Response>
}

/** A request of a client that has authenticated. */
export interface ClientCall {
  readonly request: Request
  readonly client: ClientRecord
  /** What the client has proved beside its name. Pass it to `core.readBinding`. */
  readonly evidence?: ClientEvidence | undefined
  /** The form, without repeated parameters. */
  readonly parameters: Parameters
}

/** The members that every endpoint has. */
export interface EndpointRow {
  /** The endpoint's name in `provider.handlers`. */
  readonly name: string
  /** The path below the issuer, for instance `/oauth2/token`. */
  readonly path: string
  /**
   * A second path, below the origin and followed by the issuer's path, for well-known documents ({@link
   * https://www.rfc-editor.org/rfc/rfc8414#section-3.1 RFC 8414 section 3.1}).
   */
  readonly insertedPath?: string
  readonly methods: readonly ('GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE')[]
  /**
   * Whether a GET changes something (a code is issued, a session ends). The server then refuses HEAD and prefetches of
   * browsers, so that a program that only previews links does not use one up.
   */
  readonly changesOnGet?: true
  /** Who reads the errors: a program (`json`), a program with a bearer token (`bearer`), or a user (`page`). */
  readonly errors: ErrorAudience
  /**
   * Which origins' scripts may read the response (CORS): `any`, or `client` for the origins of the client and of the
   * option `allowedCorsOrigins`. Errors before the client has authenticated may be read by any. Default: none.
   */
  readonly cors?: 'any' | 'client' | undefined
  /**
   * The rate limit that requests count against, for each address and for each authenticated client. It applies with the
   * option `rateLimit`.
   */
  readonly rateLimit?: RateLimitBucket
  /** The member of the discovery documents that holds the endpoint's URL, for instance `token_endpoint`. */
  readonly metadata?: string
}
