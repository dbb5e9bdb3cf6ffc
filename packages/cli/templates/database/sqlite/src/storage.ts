import { sqliteStorage } from '@oauth/kysely/sqlite'

/** Opens the SQLite file, and creates and migrates its tables if needed. */
export function openStorage() {
  const storage = sqliteStorage(process.env.DATABASE ?? './oauth.db')
  return { storage, db: storage.db }
}
