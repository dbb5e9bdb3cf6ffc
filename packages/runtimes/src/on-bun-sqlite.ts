import { Database } from 'bun:sqlite'
import { BunSqliteDialect } from 'kysely-bun-sqlite'
import { databaseFile } from './on-command-line.ts'
import { runOnKysely } from './run-on-kysely.ts'

await runOnKysely('bun:sqlite', new BunSqliteDialect({ database: new Database(databaseFile()) }))
