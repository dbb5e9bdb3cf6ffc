import type { CompiledQuery, DatabaseConnection, Dialect, Driver, SqliteDialect } from 'kysely'
import { isLocked } from '../errors.ts'
import type { SqliteConnection } from './connection.ts'
import type { LockQueue, Waiting } from './lock-queue.ts'

/** At the deadline, the host's own statements fail with the error of SQLite. */
const asSqlite: Omit<Waiting, 'inLine'> = { isLocked, failure: (error) => error }

/**
 * Makes Kysely's dialect for the host's own statements on the storage's connection. They wait for a lock in the same queue
 * as the calls of the storage; a wait inside SQLite would block the process.
 */
export function waitingDialect(dialect: SqliteDialect, database: SqliteConnection, queue: LockQueue): Dialect {
  return {
    createAdapter: () => dialect.createAdapter(),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createDriver: () => waitingDriver(dialect.createDriver(), database, queue),
  }
}

function waitingDriver(driver: Driver, database: SqliteConnection, queue: LockQueue): Driver {
  // The statements of an open transaction already have the lock, so they do not wait in the queue.
  const waiting = (): Waiting => ({ ...asSqlite, inLine: !database.inTransaction })
  const wrap = (connection: DatabaseConnection): DatabaseConnection => ({
    executeQuery: async <R>(query: CompiledQuery) => queue.run(() => connection.executeQuery<R>(query), waiting()),
    streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
  })
  return {
    init: () => driver.init(),
    acquireConnection: async () => wrap(await driver.acquireConnection()),
    beginTransaction: (connection, settings) => driver.beginTransaction(connection, settings),
    commitTransaction: (connection) => driver.commitTransaction(connection),
    rollbackTransaction: (connection) => driver.rollbackTransaction(connection),
    savepoint: async (connection, name, compile) => driver.savepoint?.(connection, name, compile),
    rollbackToSavepoint: async (connection, name, compile) => driver.rollbackToSavepoint?.(connection, name, compile),
    releaseSavepoint: async (connection, name, compile) => driver.releaseSavepoint?.(connection, name, compile),
    releaseConnection: (connection) => driver.releaseConnection(connection),
    destroy: () => driver.destroy(),
  }
}
