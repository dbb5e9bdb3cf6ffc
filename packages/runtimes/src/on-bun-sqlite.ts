import { Database } from 'bun:sqlite'
import { bunSqliteStorage } from '@oauth/kysely/bun-sqlite'
import { runOnBuiltIn } from './run-on-built-in.ts'

await runOnBuiltIn('bun:sqlite', (file) => {
  const database = new Database(file)
  database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 5000')
  return { database, storage: bunSqliteStorage(database) }
})
