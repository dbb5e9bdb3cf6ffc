/**
 * The parts of a request that a verification may look at: all but the body. A `Request` fits. `method` is case-sensitive, and
 * `url` is absolute.
 */
export interface RequestHead {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  /**
   * The request of the framework that this head was read from, for constraints that need its connection: the `req` of
   * Express, the `Request` of the other adapters.
   */
  readonly incoming?: object
}

/** @throws {TypeError} when it is no request, for instance a URL; the message says what to pass */
export function requireHead(request: RequestHead): void {
  if (typeof (request as Partial<RequestHead> | undefined)?.url === 'string') return
  throw new TypeError('a protected handler takes a Request: pass new Request(url) for a URL')
}
