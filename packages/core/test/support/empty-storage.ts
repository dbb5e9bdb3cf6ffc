import type { Storage } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { onTestFinished } from 'vitest'
import type { EmptyDatabase } from '../../../kysely/test/support/databases.ts'
import { wrapStorage } from './storage.ts'

/** What journeys run on: `memory`, `sqlite`, `pglite`, `postgres` (at `POSTGRES_URL`) or `mysql` (at `MYSQL_URL`). */
const kind = process.env.OAUTH_STORAGE ?? 'memory'

if (!['memory', 'sqlite', 'pglite', 'postgres', 'mysql'].includes(kind)) {
  throw new Error(`OAUTH_STORAGE=${kind} is no storage`)
}

/** Whether storages are tables in one database, which a worker opens once and keeps for all its files of tests. */
const sharesDatabase = kind !== 'memory' && kind !== 'sqlite'

let database: Promise<EmptyDatabase['db']> | undefined
let made = 0
const free: string[] = []
/** Prefixes of storages that were made outside a test, for the whole file. */
const ofThisFile: string[] = []

/** Opens the database of this worker. Call it before a file begins: PGlite may take longer to start than a test lasts. */
export async function openDatabase(): Promise<void> {
  if (sharesDatabase) await useDatabase()
}

/** Gives back the tables that a file of tests has used. Call it when the file ends. */
export function releaseTables(): void {
  free.push(...ofThisFile.splice(0))
}

/** A storage with nothing in it, of the kind that `OAUTH_STORAGE` names. */
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
 * The tables of each storage have a prefix of their own, and are emptied before they are used again: by the next test, if
 * they were made in one, or by the next file of tests.
 */
function takePrefix(): string {
  const tablePrefix = free.pop() ?? `w${made++}_`
  try {
    onTestFinished(() => void free.push(tablePrefix))
  } catch {
    // Made outside a test, for several of them.
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
