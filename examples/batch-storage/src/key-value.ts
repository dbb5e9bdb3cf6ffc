/** A key is a list of texts. Keys are ordered by the bytes of their first text, then of their second, and so on. */
export type Key = readonly string[]

export interface Entry {
  readonly key: Key
  /** A JSON value. */
  readonly value: unknown
  /** Changes with every write of the key, also when the key was deleted and written again. */
  readonly version: number
}

/** A condition: the key still has this version, or with `undefined`, does not exist. */
export interface Condition {
  readonly key: Key
  readonly version: number | undefined
}

/** A write without a value deletes the key. */
export interface Write {
  readonly key: Key
  readonly value?: unknown
}

/**
 * The operations that this example needs of a store. Deno KV has them as `get`, `list` and `atomic().check().set().commit()`, DynamoDB as
 * `GetItem`, `Query` and `TransactWriteItems`, a SQL database without interactive transactions as a batch of statements.
 */
export interface KeyValueStore {
  get(key: Key): Promise<Entry | undefined>
  /** Lists the first entries whose key begins with `prefix`, in the order of their keys, after the key `after`. */
  list(query: { readonly prefix: Key; readonly after?: Key; readonly limit?: number }): Promise<readonly Entry[]>
  /** Does all writes if all conditions hold, otherwise none. Returns whether they held. */
  batch(conditions: readonly Condition[], writes: readonly Write[]): Promise<boolean>
}
