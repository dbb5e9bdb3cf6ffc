import type { SessionClientRecord } from '../storage/session-client.ts'
import type { FeatureStores, Storage } from '../storage/storage.ts'
import { equal, fifty, tally } from './storage-assertions.ts'
import type { FeatureCases } from './storage-cases.ts'
import { compare } from './storage-contract-lookalikes.ts'
import { difficultText, lookalikes, now } from './storage-fixtures.ts'

function sessionClient(members: Partial<SessionClientRecord> = {}): SessionClientRecord {
  const { sessionId = 'session', clientId = 'client' } = members
  return { id: `${sessionId} ${clientId}`, sessionId, clientId, userId: 'user', expiresAt: now + 100, ...members }
}

type WithSessionClients = Storage & Pick<FeatureStores, 'sessionClients'>

const add = ({ sessionClients }: WithSessionClients, id: string) =>
  sessionClients.note(sessionClient({ id, sessionId: id }))

const gone = async ({ sessionClients }: WithSessionClients, id: string): Promise<readonly string[]> =>
  (await sessionClients.list(id)).length === 0 ? [id] : []

export const sessionClientCases: FeatureCases<'sessionClients'> = {
  'sessionClients come back exactly as they went in, by the bytes of the client’s id': async ({ sessionClients }) => {
    const records = ['b', '🔑', 'a', '～', 'B', 'ü', 'Z'].map((clientId) =>
      sessionClient({ clientId, userId: difficultText }),
    )
    for (const record of records) await sessionClients.note(record)
    await sessionClients.note(sessionClient({ sessionId: 'other' }))
    const byId = ['B', 'Z', 'a', 'b', 'ü', '～', '🔑'].map((clientId) =>
      sessionClient({ clientId, userId: difficultText }),
    )
    equal(await sessionClients.list('session'), byId, 'sessionClients.list of a session')
    equal(await sessionClients.list('Session'), [], 'the clients of a session in another case')
  },

  'sessionClients.note keeps one record, and its end only moves forward': async ({ sessionClients }) => {
    await sessionClients.note(sessionClient())
    await sessionClients.note(sessionClient({ expiresAt: now + 200 }))
    equal(await sessionClients.list('session'), [sessionClient({ expiresAt: now + 200 })], 'a later end')
    await sessionClients.note(sessionClient({ expiresAt: now + 50 }))
    equal(await sessionClients.list('session'), [sessionClient({ expiresAt: now + 200 })], 'an earlier end')
  },

  'sessionClients.note by fifty callers leaves one record with the latest end': async ({ sessionClients }) => {
    await fifty((caller) => sessionClients.note(sessionClient({ expiresAt: now + ((caller * 7) % 50) })))
    equal(await sessionClients.list('session'), [sessionClient({ expiresAt: now + 49 })], 'what is stored')
  },

  'sessionClients.take compares byte for byte': (storage) =>
    compare(
      'sessionClients.take',
      { add, change: ({ sessionClients }, id) => sessionClients.take(id), read: gone },
      storage,
    ),

  'sessionClients.note compares byte for byte': (storage) =>
    compare(
      'sessionClients.note',
      {
        add,
        change: ({ sessionClients }, id) =>
          sessionClients.note(sessionClient({ id, sessionId: id, expiresAt: now + 900 })),
        read: async ({ sessionClients }, id) =>
          (await sessionClients.list(id)).filter(({ expiresAt }) => expiresAt === now + 900).map((noted) => noted.id),
      },
      storage,
    ),

  'sessionClients.list compares byte for byte': (storage) =>
    compare(
      'sessionClients.list',
      { add, read: async ({ sessionClients }, id) => (await sessionClients.list(id)).map((noted) => noted.id) },
      storage,
    ),

  'sessionClients compare ids and sessions byte for byte': async ({ sessionClients }) => {
    for (const text of lookalikes) {
      await sessionClients.note(sessionClient({ sessionId: text, id: text }))
      await sessionClients.note(sessionClient({ clientId: text }))
    }
    for (const text of lookalikes) equal((await sessionClients.list(text)).length, 1, `the session "${text}"`)
    equal((await sessionClients.list('session')).length, lookalikes.length, 'the clients of one session')
    equal(await sessionClients.take('aBC-1'), false, 'an id in another case')
    const [first = '', ...others] = lookalikes
    equal(await sessionClients.take(first), true, 'the id itself')
    for (const text of others) equal((await sessionClients.list(text)).length, 1, `the session "${text}" afterwards`)
  },

  'sessionClients.take is won by one of fifty': async ({ sessionClients }) => {
    await sessionClients.note(sessionClient())
    await sessionClients.note(sessionClient({ clientId: 'other' }))
    const outcomes = await fifty(() => sessionClients.take('session client'))
    equal(tally(outcomes), { true: 1, false: 49 }, 'outcomes of fifty sessionClients.take')
    equal(await sessionClients.list('session'), [sessionClient({ clientId: 'other' })], 'the other client')
    equal(await sessionClients.take('session none'), false, 'an unknown id')
  },

  'sessionClients.note against purgeExpired keeps the record until its later end': async (storage) => {
    const { sessionClients } = storage
    const later = { expiresAt: now + 100 }
    const clientIds = Array.from({ length: 10 }, (_, index) => `client-${index}`)
    for (const clientId of clientIds) await sessionClients.note(sessionClient({ clientId, expiresAt: now - 1 }))
    await fifty(async (caller) => {
      if (caller % 5 === 0) return storage.purgeExpired({ now, limit: 3 })
      return sessionClients.note(sessionClient({ clientId: `client-${caller % 10}`, ...later }))
    })
    const noted = clientIds.filter((_, index) => index % 5 !== 0)
    const found = (await sessionClients.list('session')).filter(({ clientId }) => noted.includes(clientId))
    equal(
      found,
      noted.map((clientId) => sessionClient({ clientId, ...later })),
      'what was noted again while expired records were purged',
    )
  },

  'sessionClients are purged when they have expired, and not before': async (storage) => {
    await storage.sessionClients.note(sessionClient({ clientId: 'past', expiresAt: now - 1 }))
    await storage.sessionClients.note(sessionClient({ clientId: 'present', expiresAt: now }))
    equal(await storage.purgeExpired({ now, limit: 0 }), 0, 'a limit of none')
    equal(await storage.purgeExpired({ now, limit: 10 }), 1, 'storage.purgeExpired')
    const left = await storage.sessionClients.list('session')
    equal(
      left.map(({ clientId }) => clientId),
      ['present'],
      'what is left',
    )
  },
}
