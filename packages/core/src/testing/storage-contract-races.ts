import { equal, fifty, sum, tally } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import {
  clientRecord,
  codeRecord,
  consentRecord,
  grantRecord,
  issueCode,
  now,
  recordEntry,
} from './storage-fixtures.ts'

const key = { kind: 'kind', id: 'record' }

/** Cases in which fifty concurrent callers use two verbs that change the same client, record, consent or grant. */
export const raceCases: ContractCases = {
  'grants.commit concurrent with records.take of the same record has exactly one winner': async (storage) => {
    await storage.records.insert(recordEntry())
    const outcomes = await fifty((caller) =>
      caller % 2 === 0
        ? storage.records.take(key)
        : storage.grants.commit({
            grant: grantRecord({ id: `g${caller}` }),
            code: codeRecord({ id: `c${caller}`, grantId: `g${caller}` }),
            take: [key],
          }),
    )
    const { true: taken = 0, won = 0 } = tally(outcomes)
    equal(taken + won, 1, 'the number of winners')
    equal((await storage.grants.list({ userId: 'user', now })).length, won, 'the number of grants')
    equal(await storage.records.find(key), undefined, 'the record')
  },

  'grants.commit concurrent with records.replace leaves the record taken': async (storage) => {
    await storage.records.insert(recordEntry())
    const outcomes = await fifty((caller) =>
      caller === 25
        ? storage.grants.commit({
            grant: grantRecord(),
            code: codeRecord(),
            take: [key],
          })
        : storage.records.replace(recordEntry({ userId: `user-${caller}`, version: 2 }), 1),
    )
    equal(outcomes[25], 'won', 'grants.commit, whatever version the record has')
    equal(await storage.records.find(key), undefined, 'the record')
    equal(await storage.grants.find('grant'), grantRecord(), 'the grant')
  },

  'records.take concurrent with records.replace leaves the record taken': async ({ records }) => {
    await records.insert(recordEntry())
    const outcomes = await fifty((caller) =>
      caller % 2 === 0 ? records.take(key) : records.replace(recordEntry({ userId: `user-${caller}`, version: 2 }), 1),
    )
    const { true: taken, won = 0 } = tally(outcomes)
    equal(taken, 1, 'the number of records.take that took it')
    equal(won <= 1, true, 'one records.replace won, or none')
    equal(await records.find(key), undefined, 'the record')
  },

  'clients.delete concurrent with clients.replace leaves the client deleted': async ({ clients }) => {
    await clients.insert(clientRecord())
    const outcomes = await fifty((caller) =>
      caller % 2 === 0
        ? clients.delete('client')
        : clients.replace(clientRecord({ userId: `user-${caller}`, version: 2 }), 1),
    )
    const { true: deleted, won = 0 } = tally(outcomes)
    equal(deleted, 1, 'the number of clients.delete that deleted it')
    equal(won <= 1, true, 'one clients.replace won, or none')
    equal(await clients.find('client'), undefined, 'the client')
  },

  'clients.markUsed concurrent with purgeExpired keeps each client that it marks before the purge reaches it': async (
    storage,
  ) => {
    const old = { registrationTokenHash: 'hash', createdAt: now - 86_400 }
    for (let client = 0; client < 25; client += 1) {
      await storage.clients.insert(clientRecord({ id: `c${client}`, ...old }))
    }
    const marked: string[] = []
    const removed = await fifty(async (caller) => {
      if (caller % 2 === 0) return storage.purgeExpired({ now, limit: 2, unusedClientsBefore: now })
      const id = `c${(caller - 1) / 2}`
      await storage.clients.markUsed({ id, now })
      if ((await storage.clients.find(id))?.usedAt === now) marked.push(id)
      return 0
    })
    const left = await storage.clients.list({ limit: 100 })
    const gone = marked.filter((id) => !left.some((client) => client.id === id))
    equal(gone, [], 'the clients that storage.purgeExpired removed after their use')
    equal(
      left.filter(({ usedAt }) => usedAt !== now).map(({ id }) => id),
      [],
      'the clients that were used and are unused',
    )
    equal(left.length + sum(removed), 25, 'the clients that are left and those that storage.purgeExpired counted')
  },

  'consents.replaceScope concurrent with consents.remember is not undone': async ({ consents }) => {
    await consents.remember(consentRecord({ scope: ['before'] }))
    await fifty(async (caller) => {
      if (caller === 25) await consents.replaceScope({ id: 'consent', scope: ['narrowed'], now: now + 1 })
      else await consents.remember(consentRecord({ id: `consent-${caller}`, scope: [`s${caller}`] }))
    })
    const scope = (await consents.findById('consent'))?.scope ?? []
    equal(scope.includes('narrowed'), true, `the replaced scope is part of "${scope.join(' ')}"`)
    equal(scope.includes('before'), false, `what it replaced is no part of "${scope.join(' ')}"`)
  },

  'consents.delete and consents.remember both succeed for all concurrent callers': async ({ consents }) => {
    await consents.remember(consentRecord())
    const outcomes = await fifty(async (caller) => {
      if (caller % 10 === 0) {
        const found = await consents.find({ clientId: 'client', userId: 'user' })
        return consents.delete(found?.id ?? 'consent')
      }
      await consents.remember(consentRecord({ id: `consent-${caller}`, scope: [`s${caller}`] }))
      return 'remembered'
    })
    equal(tally(outcomes).remembered, 45, 'the number of consents.remember')
    await consents.remember(consentRecord({ scope: ['last'] }))
    const found = await consents.list({ userId: 'user' })
    equal(found.length, 1, 'the number of consents')
    equal(found[0]?.scope.includes('last'), true, 'the last scope')
  },

  'grants.revoke concurrent with grants.revokeAll ends each grant once': async (storage) => {
    const ids = ['g0', 'g1', 'g2', 'g3', 'g4']
    for (const id of ids) await issueCode(storage, { grant: { id }, code: { id, grantId: id } })
    const ended = await fifty(async (caller) => {
      if (caller % 2 === 0) return storage.grants.revokeAll({ userId: 'user', now: now + caller })
      const revoked = await storage.grants.revoke({ id: ids[caller % 5] ?? '', now: now + caller })
      return revoked ? 1 : 0
    })
    equal(sum(ended), 5, 'the sum of what grants.revoke and grants.revokeAll ended')
    for (const id of ids) {
      const revokedAt = (await storage.grants.find(id))?.revokedAt ?? -1
      equal(ended[revokedAt - now] !== undefined && ended[revokedAt - now] !== 0, true, `${id} has its winner’s time`)
    }
  },
}
