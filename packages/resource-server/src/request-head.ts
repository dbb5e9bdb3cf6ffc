/**
 * The parts of a request that a verification may look at: all but the body. A `Request` fits. `method` is case-sensitive, and
 * `url` is absolute.
 */
export interface RequestHead {
  readonly method: string
  readonly url: string
  readonly headers: Headers
}
