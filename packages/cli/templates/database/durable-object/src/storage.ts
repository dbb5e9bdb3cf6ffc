import type { Storage } from '@oauth/core'
import { type DurableObjectDatabase, durableObjectStorage } from '@oauth/kysely/durable-object'

/** Opens the SQLite database of a Durable Object, and creates and migrates its tables if needed. */
export function openStorage(database: DurableObjectDatabase): Storage {
  return durableObjectStorage(database)
}
