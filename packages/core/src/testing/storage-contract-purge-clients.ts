import type { ClientRecord } from '../storage/client.ts'
import type { Storage } from '../storage/storage.ts'
import { equal, fifty, sum } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import { accessTokenRecord, clientRecord, consentRecord, now, recordEntry } from './storage-fixtures.ts'

/** A client that registered itself a day ago and was never used. */
function unusedClient(members: Partial<ClientRecord>): ClientRecord {
  return clientRecord({ registrationTokenHash: 'registration-token-hash', createdAt: now - 86_400, ...members })
}

async function ids({ clients }: Storage): Promise<readonly string[]> {
  return (await clients.list({ limit: 100 })).map(({ id }) => id)
}

const before = now - 3600

export const purgeClientCases: ContractCases = {
  'purgeExpired removes unused clients that registered themselves before unusedClientsBefore': async (storage) => {
    const { clients } = storage
    await clients.insert(unusedClient({ id: 'unused' }))
    await clients.insert(unusedClient({ id: 'just-before', createdAt: before - 1, updatedAt: now, version: 3 }))
    await clients.insert(unusedClient({ id: 'disabled', disabled: true, userId: 'user', referenceId: 'organisation' }))
    const kept = [
      clientRecord({ id: 'a-by-the-host', createdAt: 1 }),
      unusedClient({ id: 'b-at-the-second', createdAt: before }),
      unusedClient({ id: 'c-young', createdAt: now }),
      unusedClient({ id: 'd-used', usedAt: now }),
      unusedClient({ id: 'e-used-in-second-0', usedAt: 0 }),
    ]
    for (const client of kept) await clients.insert(client)
    await clients.insert(unusedClient({ id: 'f-marked' }))
    await clients.markUsed({ id: 'f-marked', now })
    await storage.consents.remember(consentRecord())

    equal(await storage.purgeExpired({ now, limit: 1000, unusedClientsBefore: before }), 3, 'storage.purgeExpired')
    const expected = [...kept, unusedClient({ id: 'f-marked', usedAt: now })]
    equal(await clients.list({ limit: 100 }), expected, 'the clients that stay')
    equal((await storage.consents.findById('consent'))?.id, 'consent', 'the consent')
    equal(await storage.purgeExpired({ now, limit: 1000, unusedClientsBefore: before }), 0, 'the same again')
  },

  'purgeExpired without unusedClientsBefore keeps unused clients': async (storage) => {
    await storage.clients.insert(unusedClient({ id: 'unused' }))
    equal(await storage.purgeExpired({ now: now * 2, limit: 1000 }), 0, 'storage.purgeExpired')
    equal(await ids(storage), ['unused'], 'the clients')
    equal(await storage.purgeExpired({ now: now * 2, limit: 1000, unusedClientsBefore: 0 }), 0, 'with second 0')
    equal(await ids(storage), ['unused'], 'the clients after second 0')
  },

  'purgeExpired counts unused clients towards the limit': async (storage) => {
    await storage.clients.insert(clientRecord({ id: 'by-the-host', createdAt: 1 }))
    for (const id of ['1', '2', '3', '4']) {
      await storage.clients.insert(unusedClient({ id }))
      await storage.records.insert(recordEntry({ id, expiresAt: now - 1 }))
      await storage.accessTokens.insert(accessTokenRecord({ id, expiresAt: now - 1 }))
    }
    const left = async () => {
      let rows = (await ids(storage)).length - 1
      for (const id of ['1', '2', '3', '4']) {
        if (await storage.records.find({ kind: 'kind', id })) rows += 1
        if (await storage.accessTokens.find(id)) rows += 1
      }
      return rows
    }
    equal(await storage.purgeExpired({ now, limit: 0, unusedClientsBefore: before }), 0, 'a limit of none')
    equal(await left(), 12, 'the rows after a limit of none')
    let removed = 0
    for (const expected of [5, 5, 2, 0]) {
      const count = await storage.purgeExpired({ now, limit: 5, unusedClientsBefore: before })
      equal(count, expected, 'storage.purgeExpired with a limit of five')
      removed += count
      equal(await left(), 12 - removed, `the rows when ${removed} are gone`)
    }
    equal(await ids(storage), ['by-the-host'], 'the clients in the end')
  },

  'purgeExpired by fifty concurrent callers counts each unused client once': async (storage) => {
    for (let client = 10; client < 60; client++) await storage.clients.insert(unusedClient({ id: `c${client}` }))
    await storage.clients.insert(unusedClient({ id: 'used', usedAt: now }))
    const counts = await fifty(() => storage.purgeExpired({ now, limit: 3, unusedClientsBefore: before }))
    equal(sum(counts), 50, 'the sum of what fifty storage.purgeExpired removed')
    equal(await ids(storage), ['used'], 'the clients that stay')
  },
}
