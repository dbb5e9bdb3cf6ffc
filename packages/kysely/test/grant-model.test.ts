import type { Storage } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { withLocalDatabases } from '../../../test/machine/servers.ts'
import { propertyRuns, propertyTimeout, seed } from '../../core/test/support/property-runs.ts'
import { yieldingStorage } from '../../core/test/support/storage.ts'
import { kyselyStorage } from '../src/index.ts'
import { migrate } from '../src/migrations/index.ts'
import { databaseNames, type EmptyDatabase, emptyDatabase, emptyTables } from './support/databases.ts'
import { difference } from './support/grant-model/check.ts'
import { commands, type State } from './support/grant-model/commands.ts'
import { type Servers, startModel, startServers } from './support/grant-model/servers.ts'

/** Runs lists of commands against two processes at one storage, and against the model. */
async function compare(open: () => Promise<readonly [Storage, Storage]>, cases: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(commands(50), async (list) => {
      const servers: Servers = await startServers(await open())
      const state: State = { model: startModel(servers) }
      await fc.asyncModelRun(() => ({ model: state, real: servers }), list)
      const wrong = await difference(servers, state.model)
      if (wrong !== undefined) throw new Error(`at the end, ${wrong}`)
    }),
    propertyRuns(cases),
  )
}

if (withLocalDatabases) {
  test(
    `what two processes at a storage in memory do is what the model of grants says (seed ${seed})`,
    async () => {
      await compare(async () => {
        const storage = memoryStorage()
        return [yieldingStorage(storage, 1), yieldingStorage(storage, 2)]
      }, 40)
    },
    propertyTimeout,
  )
}

/** How many cases run on each database: those that answer slowly get fewer. */
const cases = { sqlite: 15, pglite: 6, postgres: 15, mysql: 15 } as const

describe.each(databaseNames)('the model of grants on %s', (kind) => {
  let database: EmptyDatabase
  beforeAll(async () => {
    database = await emptyDatabase(kind)
    await migrate(database.db)
  }, 180_000)
  afterAll(() => database.drop(), 60_000)

  test(
    `what two processes at one database do is what the model of grants says (seed ${seed})`,
    async () => {
      await compare(async () => {
        await emptyTables(database.db)
        return [kyselyStorage(database.db), kyselyStorage(database.db)]
      }, cases[kind])
    },
    propertyTimeout,
  )
})
