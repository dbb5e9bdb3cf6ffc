import { DatabaseSync } from 'node:sqlite'
import { buildQueryFn, GenericSqliteDialect } from 'kysely-generic-sqlite'
import { databaseFile } from './on-command-line.ts'
import { runOnKysely } from './run-on-kysely.ts'

const db = new DatabaseSync(databaseFile())
const query = buildQueryFn({
  all: (sql, parameters = []) => db.prepare(sql).all(...parameters),
  run: (sql, parameters = []) => {
    const { changes, lastInsertRowid } = db.prepare(sql).run(...parameters)
    return { numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
  },
})
await runOnKysely('node:sqlite', new GenericSqliteDialect(() => ({ db, query, close: () => db.close() })))
