import type { DatabaseConnection, Dialect, Driver, TransactionSettings } from 'kysely'
import { type FaultLine, nameOf } from './fault.ts'

/** Makes a dialect that reports every statement, also `begin`, `commit` and `rollback`, to a fault line. */
export function watchedDialect(dialect: Dialect, line: FaultLine): Dialect {
  return {
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createDriver: () => watchedDriver(dialect.createDriver(), line),
  }
}

interface Watched extends DatabaseConnection {
  readonly inner: DatabaseConnection
}

async function pass<T>(line: FaultLine, name: string, run: () => Promise<T>): Promise<T> {
  const after = line.before(name)
  try {
    return await run()
  } finally {
    after()
  }
}

function watchedDriver(driver: Driver, line: FaultLine): Driver {
  const innerOf = (connection: DatabaseConnection): DatabaseConnection => (connection as Watched).inner
  return {
    init: () => driver.init(),
    destroy: () => driver.destroy(),
    async acquireConnection(): Promise<Watched> {
      const inner = await driver.acquireConnection()
      return {
        inner,
        executeQuery: (query) => pass(line, nameOf(query.sql), () => inner.executeQuery(query)),
        streamQuery: (query, size) => inner.streamQuery(query, size),
      } as Watched
    },
    releaseConnection: (connection) => driver.releaseConnection(innerOf(connection)),
    beginTransaction: (connection: DatabaseConnection, settings: TransactionSettings) =>
      pass(line, 'begin', () => driver.beginTransaction(innerOf(connection), settings)),
    commitTransaction: (connection) => pass(line, 'commit', () => driver.commitTransaction(innerOf(connection))),
    rollbackTransaction: (connection) => pass(line, 'rollback', () => driver.rollbackTransaction(innerOf(connection))),
  }
}
