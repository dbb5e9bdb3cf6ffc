import type { OAuthEvent } from './events.ts'
import type { RequestEnd } from './request-end.ts'

/** A request at its beginning. */
export interface ObservedRequest {
  readonly request: Request
  readonly requestId: string
  /** The name of the endpoint, or `unknown`. */
  readonly endpoint: string
  /** The HTTP method in capital letters, or `OTHER`. */
  readonly method: string
}

/** What an observer does with one request. */
export interface RequestObservation {
  /** Runs the work of the request, for instance in a context in which traces find their parent. It must call `work` once. */
  run?<T>(work: () => T): T
  /** Called once, with the response ready to be sent. */
  end(end: RequestEnd): void
}

/** A call of the storage, for instance of `find` of `clients`. */
export interface StorageCall {
  readonly store: string
  readonly verb: string
}

/** A request that the server sends, to a URL that a client has registered. */
export interface OutboundCall {
  readonly method: string
  /** The origin of the URL. Its path and query may contain what nobody else should read. */
  readonly origin: string
}

/** What an observer does with a request that the server sends. */
export interface OutboundObservation {
  /** Headers to add, for instance `traceparent`. The receiver is a stranger: add nothing that is not for strangers. */
  readonly headers?: Readonly<Record<string, string>>
  end(result: { readonly status: number } | { readonly error: unknown }): void
}

/**
 * Sees a provider from outside, for traces and metrics. A feature brings it as `observer`. Each member is asked only for what
 * it names, and costs nothing where it is absent. Whatever an observer throws changes no response; the console tells it, at
 * most once a minute.
 */
export interface Observer {
  request?(request: ObservedRequest): RequestObservation | undefined
  /** Returns the function that is called at the end of the call, with the error if it failed. */
  storage?(call: StorageCall): ((failure?: { readonly error: unknown }) => void) | undefined
  outbound?(call: OutboundCall): OutboundObservation | undefined
  event?(event: OAuthEvent): void
}
