// biome-ignore-all lint/suspicious/noConsole: the one way to print that all of these runtimes share
import { storageContract } from '@oauth/core/testing'
import type { SqliteStorage } from '@oauth/kysely/node-sqlite'
import { sql } from 'kysely'
import { assert, equal } from './assert.ts'
import { databaseFile, runOnCommandLine } from './on-command-line.ts'
import { runtimeName } from './runtime-name.ts'

interface Opened {
  readonly database: { exec(sql: string): unknown; close(): void }
  readonly storage: SqliteStorage
}

/**
 * Runs the journey on the SQLite that is built into the runtime, in the file of the command line. With the argument
 * `contract` it runs the storage contract instead, each case on a database of its own.
 */
export async function runOnBuiltIn(name: string, open: (file: string) => Opened): Promise<void> {
  if (databaseFile() === 'contract') {
    console.log(`ok ${runtimeName()}, ${name}, ${await passContract(open)} cases of the contract`)
    return
  }
  const { database, storage } = open(databaseFile())
  await runOnCommandLine(name, storage)
  await tryKysely(storage)
  await waitForLock(storage, open(databaseFile()))
  await storage.close()
  database.close()
}

async function passContract(open: (file: string) => Opened): Promise<number> {
  const cases = storageContract(() => {
    const { database, storage } = open(':memory:')
    return {
      storage,
      async close() {
        await storage.close()
        database.close()
      },
    }
  })
  const failures: string[] = []
  for (const { name, run } of cases) await run().catch((error: unknown) => failures.push(`${name}: ${String(error)}`))
  if (failures.length > 0) throw new Error(failures.join('\n'))
  return cases.length
}

/** Writes while another connection has the lock: the write waits until it is free, and the event loop goes on meanwhile. */
async function waitForLock(storage: SqliteStorage, other: Opened): Promise<void> {
  other.database.exec('begin immediate')
  let isFree = false
  setTimeout(() => {
    isFree = true
    other.database.exec('commit')
  }, 50)
  equal(await storage.clients.delete('nobody'), false, 'a write that waits for a lock')
  assert(isFree, 'the write ends after the lock')
  await other.storage.close()
  other.database.close()
}

/** Uses Kysely on the connection of the storage, as a host does for its own tables. */
async function tryKysely({ db }: SqliteStorage): Promise<void> {
  await sql`create table if not exists notes (id integer primary key, text text)`.execute(db)
  await sql`delete from notes`.execute(db)
  const { numAffectedRows } = await sql`insert into notes (text) values ('a'), ('b')`.execute(db)
  equal(numAffectedRows, 2n, 'rows that an insert through storage.db has changed')
  const { rows } = await sql<{ text: string }>`select text from notes order by id`.execute(db)
  equal(rows.map(({ text }) => text).join(), 'a,b', 'rows that storage.db reads')
  const { rows: returned } =
    await sql`with b as (select 'b' as text) delete from notes where text = (select text from b) returning id`.execute(
      db,
    )
  equal(returned.length, 1, 'rows that a write with returning answers')
  const failed = await db
    .transaction()
    .execute(async (transaction) => {
      await sql`delete from notes`.execute(transaction)
      throw new Error('undo')
    })
    .catch(() => 'failed')
  equal(failed, 'failed', 'a transaction that throws')
  const { rows: left } = await sql`select 1 from notes`.execute(db)
  assert(left.length === 1, 'a transaction of storage.db that throws is rolled back')
}
