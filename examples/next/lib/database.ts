import Database from 'better-sqlite3'
import { database as file } from './settings'

let opened: Database.Database | undefined

/** Opens the SQLite file at the first use. Next loads this module more than once, and each copy opens its own connection. */
export function database(): Database.Database {
  if (opened === undefined) {
    const made = new Database(file, { timeout: 5000 })
    made.pragma('journal_mode = WAL')
    made.pragma('synchronous = NORMAL')
    process.once('exit', () => made.close())
    opened = made
  }
  return opened
}
