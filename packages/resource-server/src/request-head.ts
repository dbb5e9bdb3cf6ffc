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
