import type { Awaitable } from './awaitable.ts'

/** What identifies a record: two kinds may use the same id. */
export interface RecordKey {
  /** What the record is, for instance `interaction`. The core and every feature use names of their own. */
  readonly kind: string
  /** Unique within its kind. */
  readonly id: string
}

/**
 * Something that the core or a feature stores for a while: a sign-in in progress, a device code, a pushed
 * authorization request, the `jti` of an assertion that may be used once. Adapters store `value` unchanged and never
 * read it.
 */
export interface RecordEntry extends RecordKey {
  /** The owner, by which `list` finds records of one kind. It may be anything, for instance a session. */
  readonly ownerId?: string
  /** The client that the record belongs to. The record is deleted together with the client. */
  readonly clientId?: string
  /** The user that the record belongs to. */
  readonly userId?: string
  /** A JSON object. */
  readonly value: object
  /** 1 in a new record. Whoever replaces the record raises it; `replace` and `take` compare it. */
  readonly version: number
  /** Seconds since the epoch; 0 when it is unknown. */
  readonly createdAt: number
  /**
   * Seconds since the epoch after which `purgeExpired` may delete the record. Reads answer with the record even after
   * that: the core compares the time.
   */
  readonly expiresAt: number
}

/** Which record to remove. */
export interface RecordTake extends RecordKey {
  /** Removes it only while the stored version is this one. */
  readonly version?: number
}

/**
 * The store for everything that has no store of its own. Every verb that writes is one conditional write, so that a
 * database with nothing but conditional batches can implement it.
 */
export interface RecordStore {
  /** ATOMIC. Adds the record. When its kind and id are taken, it answers `exists` and changes nothing. */
  insert(record: RecordEntry): Awaitable<'won' | 'exists'>
  /** Reads one record. */
  find(key: RecordKey): Awaitable<RecordEntry | undefined>
  /** Reads those of these records that exist, in any order, in one round trip. The core asks for at most ten ids. */
  findMany(query: { readonly kind: string; readonly ids: readonly string[] }): Awaitable<readonly RecordEntry[]>
  /** Reads the first records of one kind and owner, in the order of the bytes of their ids, after the id `after`. */
  list(query: {
    readonly kind: string
    readonly ownerId: string
    readonly after?: string
    readonly limit: number
  }): Awaitable<readonly RecordEntry[]>
  /**
   * ATOMIC. Replaces the whole record whose stored version is `expectedVersion`: members that are absent now are absent
   * afterwards. With any other version, or without a record, it answers `conflict` and changes nothing.
   */
  replace(record: RecordEntry, expectedVersion: number): Awaitable<'won' | 'conflict'>
  /**
   * ATOMIC. Removes the record and answers `true` to exactly one caller. With `version` it does so only while the
   * stored version is this one, so that a caller takes what it has read.
   */
  take(take: RecordTake): Awaitable<boolean>
  /**
   * Deletes every record that matches ALL of the given members and answers how many. It may take several writes: a
   * record that is inserted meanwhile may stay. Without a client and a user it fails, since it would delete the records
   * of everybody.
   */
  deleteAll(query: { readonly kind?: string; readonly clientId?: string; readonly userId?: string }): Awaitable<number>
}
