import { DatabaseSync } from 'node:sqlite'
import { nodeSqliteStorage } from '@oauth/kysely/node-sqlite'
import { runOnBuiltIn } from './run-on-built-in.ts'

await runOnBuiltIn('node:sqlite', (file) => {
  const database = new DatabaseSync(file)
  database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 5000')
  return { database, storage: nodeSqliteStorage(database) }
})
