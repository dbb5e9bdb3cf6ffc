import { DatabaseSync } from 'node:sqlite'
import { nodeSqliteStorage } from '@oauth/kysely/node-sqlite'
import { refuses } from './refuses.ts'
import { runOnBuiltIn } from './run-on-built-in.ts'

for (const option of ['returnArrays', 'readBigInts']) {
  refuses(`node:sqlite with ${option}`, () => nodeSqliteStorage(new DatabaseSync(':memory:', { [option]: true })))
}

await runOnBuiltIn('node:sqlite', (file) => {
  const database = new DatabaseSync(file)
  database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 5000')
  return { database, storage: nodeSqliteStorage(database) }
})
