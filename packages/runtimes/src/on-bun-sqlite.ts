import { Database } from 'bun:sqlite'
import { bunSqliteStorage } from '@oauth/kysely/bun-sqlite'
import { refuses } from './refuses.ts'
import { runOnBuiltIn } from './run-on-built-in.ts'

refuses('bun:sqlite with safeIntegers', () => bunSqliteStorage(new Database(':memory:', { safeIntegers: true })))

await runOnBuiltIn('bun:sqlite', (file) => {
  const database = new Database(file)
  database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 5000')
  return { database, storage: bunSqliteStorage(database) }
})
