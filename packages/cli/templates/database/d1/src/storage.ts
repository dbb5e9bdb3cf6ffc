import type { Storage } from '@oauth/core'
import { type D1Client, d1Storage } from '@oauth/kysely/d1'

let serving: Storage | undefined

/** Opens the D1 database of the binding. */
export function openStorage(database: D1Client): Storage {
  return d1Storage(database)
}

/** Keeps the storage of the provider that serves, for what else needs the database. */
export function serveStorage(storage: Storage): void {
  serving = storage
}

/** Returns the storage of the provider that serves. */
export function servingStorage(): Storage {
  if (serving === undefined) throw new Error('The server has not started yet: call start() of src/start.ts first')
  return serving
}
