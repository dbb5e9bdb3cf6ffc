/** A key is a list of texts. Keys are ordered by the bytes of their first text, then of their second, and so on. */
export type Key = readonly string[]

export interface Entry {
  readonly key: Key
  /** JSON. */
  readonly value: unknown
  /** New with every write of the key: one that was deleted and written again has another version. */
  readonly version: number
}

/** That a key has this version still; `undefined`: that it does not exist. */
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
 * All that this example asks of a store. Deno KV has it as `get`, `list` and `atomic().check().set().commit()`, DynamoDB as
 * `GetItem`, `Query` and `TransactWriteItems`, a SQL database without interactive transactions as a batch of statements.
 */
export interface KeyValueStore {
  get(key: Key): Promise<Entry | undefined>
  /** The first entries whose key begins with `prefix`, in the order of their keys, after the key `after`. */
  list(query: { readonly prefix: Key; readonly after?: Key; readonly limit?: number }): Promise<readonly Entry[]>
  /** Does all writes if all conditions hold, and otherwise none of them. Answers whether they held. */
  batch(conditions: readonly Condition[], writes: readonly Write[]): Promise<boolean>
}
