import Database from 'better-sqlite3'
import { database as file } from './settings'

let opened: Database.Database | undefined

/** The file of SQLite, opened when it is first asked for; Next loads this module more than once, each with its own. */
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
