import type { Awaitable } from '../storage/awaitable.ts'

/**
 * A member of the discovery documents that is made while the server runs, for instance a signature of all others. What never
 * changes is `serverMetadata`.
 */
export interface DocumentMember {
  /** The name of the member, for instance `signed_metadata`. */
  readonly name: string
  /** For how many seconds caches may keep a document with this member, at most. Default: an hour. */
  readonly maxAge?: number
  /**
   * Returns the member's value (JSON). It is called each time a document is served, so keep what takes time. `undefined`
   * leaves the member out.
   * @param document all members that do not change: the same object for the same document
   */
  valueOf(document: Readonly<Record<string, unknown>>): Awaitable<unknown>
}
