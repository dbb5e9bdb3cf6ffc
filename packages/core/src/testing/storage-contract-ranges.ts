import type { RangeStore } from '../storage/range.ts'
import type { Storage } from '../storage/storage.ts'
import { equal, fifty, sum } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import {
  accessTokenRecord,
  byBytes,
  clientRecord,
  codeRecord,
  consentRecord,
  grantRecord,
  now,
  recordEntry,
  refreshTokenRecord,
  signingKeyRecord,
} from './storage-fixtures.ts'

const range = { from: 'a:', below: 'a;' }
/** Ids beside the range. `:` comes before `;` and all letters, and after all digits. */
const beside = ['a', 'a9', 'a;', 'A:', 'ab:', 'b:', 'à:']

/** A case for a storage that many tenants can share. Any other storage need not meet it. */
function shared(check: (ranges: RangeStore, storage: Storage) => Promise<void>): (storage: Storage) => Promise<void> {
  return async (storage) => {
    if (storage.ranges !== undefined) await check(storage.ranges, storage)
  }
}

const unused = { registrationTokenHash: 'registration-token-hash', createdAt: now - 86_400 }

/** Adds a text to a name. The first name beyond the range stays as it is: no row is nearer to the range. */
const textOf = (name: string, text: string): string => (name === range.below ? name : name + text)

/** Stores a row of each kind whose ids begin with `name`. */
async function fill(storage: Storage, name: string): Promise<void> {
  const id = textOf(name, '1')
  await storage.clients.insert(clientRecord({ id }))
  await storage.consents.remember(consentRecord({ id, clientId: id, userId: id }))
  const grant = grantRecord({ id, clientId: id, userId: id })
  const refreshToken = refreshTokenRecord({ id, grantId: id })
  await storage.grants.commit({ grant, code: codeRecord({ id, grantId: id }), refreshToken })
  await storage.accessTokens.insert(accessTokenRecord({ id, clientId: id, grantId: id }))
  await storage.accessTokens.revokeJwt({ jti: id, expiresAt: now + 60 })
  await storage.signingKeys.insert(signingKeyRecord({ id: `key of ${id}`, algorithm: textOf(name, 'ES256') }))
  await storage.records.insert(recordEntry({ kind: textOf(name, 'kind'), id: 'record', clientId: id, userId: id }))
}

/** Lists the kinds of rows that `fill` stored under this name and that are still there. */
async function rowsOf(storage: Storage, name: string): Promise<readonly string[]> {
  const id = textOf(name, '1')
  const rows: Readonly<Record<string, unknown>> = {
    client: await storage.clients.find(id),
    consent: await storage.consents.findById(id),
    grant: await storage.grants.find(id),
    code: await storage.authorizationCodes.find(id),
    refreshToken: await storage.refreshTokens.find(id),
    accessToken: await storage.accessTokens.find(id),
    revokedJwt: (await storage.accessTokens.findJwt({ jti: id })).revoked || undefined,
    signingKey: (await storage.signingKeys.list()).find((key) => key.id === `key of ${id}`),
    record: await storage.records.find({ kind: textOf(name, 'kind'), id: 'record' }),
  }
  return Object.keys(rows).filter((kind) => rows[kind] !== undefined)
}

const allKinds = [
  ...['client', 'consent', 'grant', 'code', 'refreshToken', 'accessToken', 'revokedJwt', 'signingKey', 'record'],
]

export const rangeCases: ContractCases = {
  'ranges.listClients, if the storage has it, returns the clients of the range alone, in the order of their bytes':
    shared(async (ranges, { clients }) => {
      const inside = byBytes.map((text) => `a:${text}`)
      for (const id of [...beside, ...inside].toReversed()) await clients.insert(clientRecord({ id }))
      const ids = async (query: { readonly after?: string; readonly limit: number }) =>
        (await ranges.listClients({ ...range, ...query })).map(({ id }) => id)
      equal(await ids({ limit: 100 }), inside, 'ranges.listClients')
      equal(await ids({ limit: 2 }), inside.slice(0, 2), 'ranges.listClients with a limit')
      for (const [index, after] of inside.entries()) {
        equal(await ids({ limit: 3, after }), inside.slice(index + 1, index + 4), `ranges.listClients after "${after}"`)
      }
      equal(await ids({ limit: 9, after: 'A' }), inside, 'ranges.listClients after an id before the range')
      equal(await ids({ limit: 9, after: 'a;' }), [], 'ranges.listClients after an id behind the range')
    }),

  'ranges.listClients returns whole clients': shared(async (ranges, { clients }) => {
    const client = clientRecord({ id: 'a:1', userId: 'u', referenceId: 'r', usedAt: now, machineScope: [] })
    await clients.insert(client)
    equal(await ranges.listClients({ ...range, limit: 9 }), [client], 'ranges.listClients')
  }),

  'ranges.listSigningKeys returns the keys whose algorithm is in the range, by algorithm and generation': shared(
    async (ranges, { signingKeys }) => {
      const key = (algorithm: string, generation: number) =>
        signingKeyRecord({ id: `${algorithm} ${generation}`, algorithm, generation })
      const inside = [key('a:ES256', 1), key('a:ES256', 2), key('a:ES256', 10), key('a:RS256', 1)]
      for (const one of inside.toReversed()) await signingKeys.insert(one)
      for (const algorithm of beside) await signingKeys.insert(key(algorithm, 1))
      // The id of a key decides nothing.
      await signingKeys.insert(signingKeyRecord({ id: 'a:id', algorithm: 'ES256', generation: 1 }))
      equal(await ranges.listSigningKeys(range), inside, 'ranges.listSigningKeys')
    },
  ),

  'ranges.purgeUnusedClients removes unused clients of the range alone, up to the limit': shared(
    async (ranges, { clients }) => {
      for (const id of beside) await clients.insert(clientRecord({ ...unused, id }))
      await clients.insert(clientRecord({ ...unused, id: 'a:young', createdAt: now }))
      await clients.insert(clientRecord({ ...unused, id: 'a:used', usedAt: 0 }))
      await clients.insert(clientRecord({ id: 'a:server', createdAt: 1 }))
      for (let client = 0; client < 5; client++) await clients.insert(clientRecord({ ...unused, id: `a:${client}` }))
      const query = { ...range, before: now - 3600, limit: 3 }
      equal(await ranges.purgeUnusedClients({ ...query, limit: 0 }), 0, 'ranges.purgeUnusedClients with no limit')
      equal(sum(await fifty(() => ranges.purgeUnusedClients(query))), 5, 'the sum of fifty ranges.purgeUnusedClients')
      const left = (await clients.list({ limit: 100 })).map(({ id }) => id)
      equal([...left].sort(), [...beside, 'a:young', 'a:used', 'a:server'].sort(), 'the clients that stay')
    },
  ),

  'ranges.delete removes every row of the range and no other': shared(async (ranges, storage) => {
    for (const name of [...beside, range.from]) await fill(storage, name)
    equal(await rowsOf(storage, range.from), allKinds, 'the rows before')
    equal(await ranges.delete({ ...range, limit: 1000 }), 9, 'ranges.delete')
    equal(await rowsOf(storage, range.from), [], 'the rows of the range')
    for (const name of beside) equal(await rowsOf(storage, name), allKinds, `the rows of "${name}"`)
    equal(await ranges.delete({ ...range, limit: 1000 }), 0, 'ranges.delete again')
  }),

  'ranges.delete removes at most as many rows as the limit, and less only when no row is left': shared(
    async (ranges, storage) => {
      await fill(storage, range.from)
      for (const [limit, expected] of [
        [0, 0],
        [4, 4],
        [1, 1],
        [9, 4],
        [9, 0],
      ] as const) {
        equal(await ranges.delete({ ...range, limit }), expected, `ranges.delete with a limit of ${limit}`)
      }
      equal(await rowsOf(storage, range.from), [], 'the rows in the end')
    },
  ),
}
