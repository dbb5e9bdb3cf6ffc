import type Database from 'better-sqlite3'
import type Libsql from 'libsql'
import { type FaultLine, nameOf } from './fault.ts'

/** Makes a better-sqlite3 database that reports every statement, also `begin` and `commit`, to a fault line. */
export function watchedSqlite(database: Database.Database, line: FaultLine): Database.Database {
  return watched(database, line, () => false)
}

/** Makes a libSQL database that reports every statement to a fault line. Its `begin` and `commit` go through `exec`. */
export function watchedLibsql(database: Libsql.Database, line: FaultLine): Libsql.Database {
  return watched(database, line, (sql) => !sql.startsWith('pragma'))
}

/** @param isReported whether a text that `exec` runs is reported */
function watched<Opened extends { prepare(sql: string): object }>(
  database: Opened,
  line: FaultLine,
  isReported: (sql: string) => boolean,
): Opened {
  return new Proxy(database, {
    get(target, member) {
      if (member === 'prepare') return (sql: string) => watchStatement(sql, target.prepare(sql), line)
      const value = Reflect.get(target, member, target)
      if (typeof value !== 'function') return value
      if (member !== 'exec') return value.bind(target)
      return (sql: string) => run(isReported(sql) ? sql : undefined, line, () => Reflect.apply(value, target, [sql]))
    },
  })
}

function watchStatement(sql: string, statement: object, line: FaultLine): object {
  const proxy: object = new Proxy(statement, {
    get(target, member) {
      const value = Reflect.get(target, member, target)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        const isRunning = member === 'run' || member === 'get' || member === 'all'
        const result = run(isRunning ? sql : undefined, line, () => Reflect.apply(value, target, args))
        return result === target ? proxy : result
      }
    },
  })
  return proxy
}

/** Does the work, and reports the statement before and after it, if there is one to report. */
function run<T>(sql: string | undefined, line: FaultLine, work: () => T): T {
  const after = sql === undefined ? undefined : line.before(nameOf(sql))
  try {
    return work()
  } finally {
    after?.()
  }
}
