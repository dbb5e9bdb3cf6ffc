import type { Storage } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withLocalDatabases } from '../../../test/machine/servers.ts'
import { propertyRuns, propertyTimeout, seed } from '../../core/test/support/property-runs.ts'
import { yieldingStorage } from '../../core/test/support/storage.ts'
import { withVerb } from '../../core/test/testing/mutant.ts'
import { kyselyStorage } from '../src/index.ts'
import { migrate } from '../src/migrations/index.ts'
import { databaseNames, type EmptyDatabase, emptyDatabase, emptyTables } from './support/databases.ts'
import { difference } from './support/grant-model/check.ts'
import { commands, type State } from './support/grant-model/commands.ts'
import { type Servers, startModel, startServers } from './support/grant-model/servers.ts'

type Open = () => Promise<readonly [Storage, Storage]>

/** What lists of commands do at two processes with one storage is what they do in the model. */
const property = (open: Open) =>
  fc.asyncProperty(commands(50), async (list) => {
    const servers: Servers = await startServers(await open())
    const state: State = { model: startModel(servers) }
    await fc.asyncModelRun(() => ({ model: state, real: servers }), list)
    const wrong = await difference(servers, state.model)
    if (wrong !== undefined) throw new Error(`at the end, ${wrong}`)
  })

const compare = (open: Open, cases: number): Promise<void> => fc.assert(property(open), propertyRuns(cases))

/** Storages with one fault each, made from the working storage. */
const faults: Readonly<Record<string, (storage: Storage) => Storage>> = {
  'lets a code be used twice': (storage) => {
    const { redeem } = storage.authorizationCodes
    return withVerb(storage, 'authorizationCodes.redeem', async (query) => {
      const outcome = await redeem(query)
      return outcome === 'replayed' ? 'won' : outcome
    })
  },
  'forgets the end of a grant': (storage) => withVerb(storage, 'grants.revoke', async () => true),
  'ends the grants of a user at other clients too': (storage) => {
    const { revokeAll } = storage.grants
    return withVerb(storage, 'grants.revokeAll', ({ clientId, ...query }) =>
      revokeAll(query.userId === undefined ? { clientId, ...query } : query),
    )
  },
  'forgets the deletion of a consent': (storage) => withVerb(storage, 'consents.delete', async () => true),
}

if (withLocalDatabases) {
  test(
    `what two processes at a storage in memory do is what the model of grants says (seed ${seed})`,
    async () => {
      await compare(async () => {
        const storage = memoryStorage()
        return [yieldingStorage(storage, 1), yieldingStorage(storage, 2)]
      }, 20)
    },
    propertyTimeout,
  )

  test.each(Object.entries(faults))(
    'the model of grants finds a storage that %s',
    async (_fault, mutate) => {
      const open: Open = async () => {
        const storage = mutate(memoryStorage())
        return [yieldingStorage(storage, 1), yieldingStorage(storage, 2)]
      }
      // Looking for the smallest case would take longer than finding one.
      const { failed } = await fc.check(property(open), { seed: 14, numRuns: 200, endOnFailure: true })
      expect(failed).toBe(true)
    },
    propertyTimeout,
  )
}

/** How many cases run on each database: those that answer slowly get fewer. */
const cases = { sqlite: 8, pglite: 4, postgres: 15, mysql: 15 } as const

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
