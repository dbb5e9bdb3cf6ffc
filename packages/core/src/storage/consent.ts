import type { Awaitable } from './awaitable.ts'

/** What identifies a remembered consent. A consent with a reference never answers for one without, nor the reverse. */
export interface ConsentKey {
  readonly clientId: string
  readonly userId: string
  readonly referenceId?: string
}

/** What a user agreed to, remembered per client and reference. It has an end of its own; ending the grants made under it is up to the core. */
export interface ConsentRecord extends ConsentKey {
  readonly id: string
  readonly scope: readonly string[]
  readonly resources: readonly string[]
  /** The names of the claims that were asked for one by one. */
  readonly claims: readonly string[]
  /** Where codes under this consent have gone: a client that moves elsewhere asks again. */
  readonly redirectHosts: readonly string[]
  readonly createdAt: number
  readonly updatedAt: number
}

export interface ConsentStore {
  find(key: ConsentKey): Awaitable<ConsentRecord | undefined>
  findById(id: string): Awaitable<ConsentRecord | undefined>
  /** A user's consents, oldest first; with `referenceId` only those under it. */
  list(query: { readonly userId: string; readonly referenceId?: string }): Awaitable<readonly ConsentRecord[]>
  /**
   * ATOMIC. Adds the scopes, resources, claims and redirect hosts to the remembered consent of this key, or remembers a
   * first one. Two at once lose nothing: the union of both is stored. The id and `createdAt` of an existing consent stay.
   */
  remember(record: ConsentRecord): Awaitable<void>
  /** Replaces the scopes of a consent, and its claims where `claims` is given. `false` when there is no such consent. */
  replaceScope(query: {
    readonly id: string
    readonly scope: readonly string[]
    readonly claims?: readonly string[]
    readonly now: number
  }): Awaitable<boolean>
  delete(id: string): Awaitable<boolean>
  /** Deletes what anybody agreed to for this client; answers how many. */
  deleteAll(query: { readonly clientId: string }): Awaitable<number>
}
