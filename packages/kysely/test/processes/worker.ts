import Database from 'better-sqlite3'
import { Kysely } from 'kysely'
import LibsqlDatabase from 'libsql'
import { kyselyStorage } from '../../src/index.ts'
import { migrate } from '../../src/migrations/index.ts'
import { sqliteStorage } from '../../src/sqlite/index.ts'
import { libsqlStorage } from '../../src/sqlite/libsql.ts'
import { failoverDialect, serverDialect } from '../support/databases.ts'
import type { WorkerSettings } from './address.ts'
import type { Call, Reply } from './commands.ts'
import { createCommands } from './create-commands.ts'
import { faultLine } from './fault.ts'
import { createHost } from './host.ts'
import { watchedDialect } from './watched-dialect.ts'
import { watchedLibsql, watchedSqlite } from './watched-sqlite.ts'

// One of several processes of a provider. It opens the database by itself and runs the commands of its parent.

const settings = JSON.parse(process.argv[2] ?? '') as WorkerSettings
const line = faultLine()

function open() {
  const { database, timeoutSeconds } = settings
  if (database.kind === 'sqlite') {
    const file = new Database(database.file, { timeout: (timeoutSeconds ?? 5) * 1000 })
    file.pragma('journal_mode = WAL')
    file.pragma('synchronous = NORMAL')
    return {
      storage: sqliteStorage(watchedSqlite(file, line), { migrate: false }),
      migrate: async () => void sqliteStorage(file),
    }
  }
  if (database.kind === 'libsql') {
    const file = new LibsqlDatabase(database.file, { timeout: (timeoutSeconds ?? 5) * 1000 })
    file.exec('pragma journal_mode = wal; pragma synchronous = normal')
    return {
      storage: libsqlStorage(watchedLibsql(file, line), { migrate: false }),
      migrate: async () => void libsqlStorage(file),
    }
  }
  const pool = { connections: 8, prepared: true }
  const dialect =
    database.kind === 'servers'
      ? failoverDialect(database.urls, { ...pool, timeoutSeconds })
      : serverDialect(database.url, pool)
  const db = new Kysely<object>({ dialect: watchedDialect(dialect, line) })
  const options = timeoutSeconds === undefined ? {} : { timeoutSeconds }
  return { storage: kyselyStorage(db, options), migrate: () => migrate(db) }
}

const opened = open()
const host = createHost(opened.storage, settings.keyCacheSeconds, settings.opaque)
const commands = createCommands(host, opened.migrate, line)

const textOf = (thrown: unknown): string =>
  thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)

const reply = (message: Reply): void => {
  process.send?.(message)
}

process.on('message', ({ id, name, args }: Call) => {
  const command = commands[name] as (...values: readonly unknown[]) => Promise<unknown>
  command(...args).then(
    (value) => reply({ id, value }),
    (error) => reply({ id, error: [error, ...host.causes()].map(textOf).join('\nbecause of ') }),
  )
})
process.on('disconnect', () => process.exit(0))
reply({ ready: true })
