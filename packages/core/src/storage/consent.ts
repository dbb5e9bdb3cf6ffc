import type { Awaitable } from './awaitable.ts'

/** What identifies a remembered consent. A consent with a reference and one without are different consents. */
export interface ConsentKey {
  readonly clientId: string
  readonly userId: string
  readonly referenceId?: string
}

/**
 * What a user approved for a client, under one reference or none. Deleting a consent ends no grants: the core does
 * that.
 */
export interface ConsentRecord extends ConsentKey {
  readonly id: string
  readonly scope: readonly string[]
  readonly resources: readonly string[]
  /** The names of the claims that were asked for one by one. */
  readonly claims: readonly string[]
  /**
   * The hosts of the redirect URIs that got codes under this consent. A client with another host needs a new consent. For
   * a client that is a document at a URL, each has a `#` and a hash of the document behind it.
   */
  readonly redirectHosts: readonly string[]
  readonly createdAt: number
  readonly updatedAt: number
}

export interface ConsentStore {
  find(key: ConsentKey): Awaitable<ConsentRecord | undefined>
  findById(id: string): Awaitable<ConsentRecord | undefined>
  /** Reads the consents of a user, oldest first. With `referenceId` it reads only those under this reference. */
  list(query: { readonly userId: string; readonly referenceId?: string }): Awaitable<readonly ConsentRecord[]>
  /**
   * ATOMIC. Adds the scopes, resources, claims and redirect hosts to the consent with this key, or stores a first
   * one. Of two calls at once neither is lost: the union is stored. The id and `createdAt` of an existing consent stay.
   */
  remember(record: ConsentRecord): Awaitable<void>
  /**
   * Replaces the scopes of a consent, and its claims if `claims` is given. Answers whether there was such a consent.
   */
  replaceScope(query: {
    readonly id: string
    readonly scope: readonly string[]
    readonly claims?: readonly string[]
    readonly now: number
  }): Awaitable<boolean>
  delete(id: string): Awaitable<boolean>
  /** Deletes the consents of all users for this client and answers how many there were. */
  deleteAll(query: { readonly clientId: string }): Awaitable<number>
}
