import type Database from 'better-sqlite3'
import { type FaultLine, nameOf } from './fault.ts'

/** Makes a better-sqlite3 database that reports every statement, also `begin` and `commit`, to a fault line. */
export function watchedSqlite(database: Database.Database, line: FaultLine): Database.Database {
  const watchStatement = (sql: string, statement: Database.Statement): Database.Statement => {
    const proxy: Database.Statement = new Proxy(statement, {
      get(target, member) {
        const value = Reflect.get(target, member, target)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          const runs = member === 'run' || member === 'get' || member === 'all'
          const after = runs ? line.before(nameOf(sql)) : undefined
          try {
            const result = Reflect.apply(value, target, args)
            return result === target ? proxy : result
          } finally {
            after?.()
          }
        }
      },
    })
    return proxy
  }
  return new Proxy(database, {
    get(target, member) {
      if (member === 'prepare') return (sql: string) => watchStatement(sql, target.prepare(sql))
      const value = Reflect.get(target, member, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
