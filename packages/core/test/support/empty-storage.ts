import type { Storage } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import type { EmptyDatabase } from '../../../kysely/test/support/databases.ts'
import { wrapStorage } from './storage.ts'

/** What journeys run on: `memory`, `sqlite`, `pglite`, `postgres` (at `POSTGRES_URL`) or `mysql` (at `MYSQL_URL`). */
const kind = process.env.OAUTH_STORAGE ?? 'memory'

if (!['memory', 'sqlite', 'pglite', 'postgres', 'mysql'].includes(kind)) {
  throw new Error(`OAUTH_STORAGE=${kind} is no storage`)
}

interface Server {
  readonly db: EmptyDatabase['db']
  close(): Promise<void>
}

/** One per file of tests, made when the first storage is used. */
let server: Promise<Server> | undefined
let made = 0
const free: string[] = []

if (kind !== 'memory' && kind !== 'sqlite') {
  // On a busy machine PGlite takes longer to start than a test may last.
  beforeAll(useServer, 180_000)
  afterAll(async () => (await server)?.close(), 60_000)
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
  const { db } = await useServer()
  await migrate(db, { tablePrefix })
  await emptyTables(db, tablePrefix)
  return kyselyStorage(db, { tablePrefix })
}

function useServer(): Promise<Server> {
  server ??= openServer()
  return server
}

async function openServer(): Promise<Server> {
  const { emptyDatabase, workerDatabase } = await import('../../../kysely/test/support/databases.ts')
  if (kind === 'pglite') {
    const { db, drop } = await emptyDatabase('pglite')
    return { db, close: drop }
  }
  const db = await workerDatabase(kind as 'postgres' | 'mysql')
  return { db, close: () => db.destroy() }
}
