import { equal, fifty, tally } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import { clientRecord, lookalikes, now } from './storage-fixtures.ts'

const registered = { registrationTokenHash: 'registration-token-hash' }

export const clientUseCases: ContractCases = {
  'clients.markUsed stores the time of the first use, and later calls do not change it': async ({ clients }) => {
    await clients.insert(clientRecord(registered))
    await clients.insert(clientRecord({ ...registered, id: 'other' }))
    equal(await clients.markUsed({ id: 'client', now: now + 5 }), undefined, 'clients.markUsed')
    const used = clientRecord({ ...registered, usedAt: now + 5 })
    equal(await clients.find('client'), used, 'the client: its version and updatedAt are the same')
    equal(await clients.markUsed({ id: 'client', now: now + 9 }), undefined, 'clients.markUsed again')
    equal(await clients.markUsed({ id: 'client', now: now + 1 }), undefined, 'clients.markUsed with an earlier time')
    equal(await clients.find('client'), used, 'the client after later calls')
    equal(await clients.list({ limit: 1 }), [used], 'the listed client')
    equal(await clients.find('other'), clientRecord({ ...registered, id: 'other' }), 'the other client')
  },

  'clients.markUsed accepts any client and any time': async ({ clients }) => {
    await clients.insert(clientRecord({ disabled: true, version: 7 }))
    await clients.markUsed({ id: 'client', now: 0 })
    const used = clientRecord({ disabled: true, version: 7, usedAt: 0 })
    equal(await clients.find('client'), used, 'a client that did not register itself, used in second 0')
    await clients.markUsed({ id: 'client', now })
    equal(await clients.find('client'), used, 'the same after a later call: second 0 is a time, too')
  },

  'clients.markUsed of an unknown client adds no client': async ({ clients }) => {
    equal(await clients.markUsed({ id: 'client', now }), undefined, 'clients.markUsed')
    equal(await clients.find('client'), undefined, 'clients.find afterwards')
    equal(await clients.list({ limit: 10 }), [], 'clients.list afterwards')
  },

  'clients.markUsed compares ids byte for byte': async ({ clients }) => {
    const [first = '', ...others] = lookalikes
    for (const id of lookalikes) await clients.insert(clientRecord({ id }))
    await clients.markUsed({ id: first, now })
    equal((await clients.find(first))?.usedAt, now, 'the client that was used')
    for (const id of others) equal(await clients.find(id), clientRecord({ id }), `the client "${id}"`)
  },

  'clients.markUsed by fifty concurrent callers stores the time of exactly one caller': async ({ clients }) => {
    await clients.insert(clientRecord(registered))
    const seen = await fifty(async (caller) => {
      await clients.markUsed({ id: 'client', now: now + caller })
      return (await clients.find('client'))?.usedAt
    })
    const usedAt = seen[0] ?? -1
    equal(usedAt >= now && usedAt < now + 50, true, `${usedAt} is the time of one of the callers`)
    equal(tally(seen.map(String)), { [usedAt]: 50 }, 'what fifty callers saw after their clients.markUsed')
    equal(await clients.find('client'), clientRecord({ ...registered, usedAt }), 'the client')
  },

  'clients.replace leaves the stored usedAt as it is': async ({ clients }) => {
    await clients.insert(clientRecord(registered))
    await clients.markUsed({ id: 'client', now: now + 5 })
    const [second, third] = [clientRecord({ ...registered, version: 2 }), clientRecord({ ...registered, version: 3 })]
    equal(await clients.replace(second, 1), 'won', 'clients.replace with what was read before the use')
    equal(await clients.find('client'), { ...second, usedAt: now + 5 }, 'the use that was noted meanwhile')
    equal(await clients.replace({ ...third, usedAt: now + 99 }, 2), 'won', 'clients.replace with another use')
    equal(await clients.find('client'), { ...third, usedAt: now + 5 }, 'the client keeps its first use')

    await clients.insert(clientRecord({ id: 'unused' }))
    const used = clientRecord({ id: 'unused', version: 2, usedAt: now })
    equal(await clients.replace(used, 1), 'won', 'clients.replace of an unused client')
    equal(await clients.find('unused'), clientRecord({ id: 'unused', version: 2 }), 'only markUsed notes a use')
    await clients.markUsed({ id: 'unused', now: now + 1 })
    equal((await clients.find('unused'))?.usedAt, now + 1, 'a use of the replaced client')
  },

  'clients.replace sets and removes the hash of the registration token': async ({ clients }) => {
    await clients.insert(clientRecord(registered))
    const rotated = clientRecord({ registrationTokenHash: 'next', version: 2 })
    equal(await clients.replace(rotated, 1), 'won', 'clients.replace with another hash')
    equal(await clients.find('client'), rotated, 'the client with another hash')
    equal(await clients.replace(clientRecord({ version: 3 }), 2), 'won', 'clients.replace without a hash')
    equal(await clients.find('client'), clientRecord({ version: 3 }), 'the client without a hash')
  },

  'clients.replace and clients.markUsed by fifty concurrent callers do not undo each other': async ({ clients }) => {
    await clients.insert(clientRecord(registered))
    const outcomes = await fifty(async (caller) => {
      if (caller % 2 === 0) return (await clients.markUsed({ id: 'client', now: now + caller })) ?? 'marked'
      return clients.replace(clientRecord({ ...registered, userId: `user-${caller}`, version: 2 }), 1)
    })
    equal(tally(outcomes), { marked: 25, won: 1, conflict: 24 }, 'outcomes: a use is no change of the version')
    const stored = await clients.find('client')
    const usedAt = stored?.usedAt ?? -1
    equal(usedAt >= now && usedAt < now + 50, true, `${usedAt} is the time of one of the callers`)
    const winner = clientRecord({ ...registered, userId: `user-${outcomes.indexOf('won')}`, version: 2, usedAt })
    equal(stored, winner, 'the stored client is the winner’s, and used')
  },
}
