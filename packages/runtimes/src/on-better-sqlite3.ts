import { sqliteStorage } from '@oauth/kysely/sqlite'
import { databaseFile, runOnCommandLine } from './on-command-line.ts'

const storage = sqliteStorage(databaseFile())
await runOnCommandLine('better-sqlite3', storage)
await storage.close()
