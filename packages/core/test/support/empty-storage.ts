import type { Storage } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { onTestFinished } from 'vitest'
import type { EmptyDatabase } from '../../../kysely/test/support/databases.ts'
import { wrapStorage } from './storage.ts'

/** The storage of the tests: `memory`, `sqlite`, `pglite`, `postgres` (`POSTGRES_URL`) or `mysql` (`MYSQL_URL`). */
const kind = process.env.OAUTH_STORAGE ?? 'memory'

if (!['memory', 'sqlite', 'pglite', 'postgres', 'mysql'].includes(kind)) {
  throw new Error(`OAUTH_STORAGE=${kind} is no storage`)
}

/** Whether storages are tables in one database, which a worker opens once for all its test files. */
const sharesDatabase = kind !== 'memory' && kind !== 'sqlite'

let database: Promise<EmptyDatabase['db']> | undefined
let made = 0
const free: string[] = []
/** Table prefixes of storages that were made outside a test, for the whole file. */
const ofThisFile: string[] = []

/** Opens the database of this worker. Call it before a test file begins: PGlite may exceed the timeout of a test. */
export async function openDatabase(): Promise<void> {
  if (sharesDatabase) await useDatabase()
}

/** Releases the tables that a test file has used. Call it when the file ends. */
export function releaseTables(): void {
  free.push(...ofThisFile.splice(0))
}

/** Makes an empty storage of the kind that `OAUTH_STORAGE` names. */
export function emptyStorage(): Storage {
  if (kind === 'memory') return memoryStorage()
  const tablePrefix = takePrefix()
  let storage: Promise<Storage> | undefined
  return wrapStorage(memoryStorage(), async (name, args) => {
    storage ??= openStorage(tablePrefix)
    const [store = '', verb] = name.split('.')
    const opened = (await storage) as unknown as Record<string, Record<string, (...args: unknown[]) => unknown>>
    return verb === undefined
      ? (opened[store] as never as (...args: unknown[]) => unknown)(...args)
      : opened[store]?.[verb]?.(...args)
  })
}

/**
 * The tables of each storage have their own prefix, and are emptied before they are used again. A storage that was made
 * in a test is used again by the next test, and one that was made outside a test by the next test file.
 */
function takePrefix(): string {
  const tablePrefix = free.pop() ?? `w${made++}_`
  try {
    onTestFinished(() => void free.push(tablePrefix))
  } catch {
    // The storage is made outside a test, for several tests.
    ofThisFile.push(tablePrefix)
  }
  return tablePrefix
}

async function openStorage(tablePrefix: string): Promise<Storage> {
  if (kind === 'sqlite') {
    const { sqliteStorage } = await import('../../../kysely/src/sqlite/index.ts')
    return sqliteStorage(':memory:')
  }
  const { kyselyStorage } = await import('../../../kysely/src/index.ts')
  const { migrate } = await import('../../../kysely/src/migrations/index.ts')
  const { emptyTables } = await import('../../../kysely/test/support/databases.ts')
  const db = await useDatabase()
  await migrate(db, { tablePrefix })
  await emptyTables(db, tablePrefix)
  return kyselyStorage(db, { tablePrefix })
}

function useDatabase(): Promise<EmptyDatabase['db']> {
  database ??= connectDatabase()
  return database
}

async function connectDatabase(): Promise<EmptyDatabase['db']> {
  const { emptyDatabase, workerDatabase } = await import('../../../kysely/test/support/databases.ts')
  return kind === 'pglite' ? (await emptyDatabase('pglite')).db : workerDatabase(kind as 'postgres' | 'mysql')
}
