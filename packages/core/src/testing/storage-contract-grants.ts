import type { GrantRecord } from '../storage/grant.ts'
import type { Storage } from '../storage/storage.ts'
import { equal, fifty, rejects, sum, tally } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import { codeRecord, difficultText, grantRecord, longText, lookalikes, now } from './storage-fixtures.ts'

async function add(storage: Storage, ...grants: readonly Partial<GrantRecord>[]): Promise<void> {
  for (const members of grants) {
    const grant = grantRecord(members)
    await storage.grants.commit({ grant, code: codeRecord({ id: `code ${grant.id}`, grantId: grant.id }) })
  }
}

async function live(storage: Storage, ids: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const id of ids) {
    const grant = await storage.grants.find(id)
    if (grant && grant.revokedAt === undefined) found.push(id)
  }
  return found
}

export const grantCases: ContractCases = {
  'grants.find returns every member of a grant exactly as grants.commit stored it': async (storage) => {
    const full: GrantRecord = {
      id: 'full',
      clientId: difficultText,
      userId: 'ユーザー',
      sessionId: difficultText,
      scope: ['openid', 'a:b'],
      resources: [longText, 'https://rs.example.com/a b'],
      authTime: now - 30,
      acr: longText,
      amr: ['pwd', 'otp'],
      referenceId: 'organisation',
      claims: { userinfo: { email: null, [difficultText]: { essential: true, values: ['é', 1, null] } }, id_token: {} },
      extra: { act: { sub: 'ユーザー' }, authorization_details: [{ type: longText, zero: 0, none: null }] },
      offline: true,
      createdAt: now,
      expiresAt: now + 1,
      revokedAt: now,
    }
    const empty = { scope: [], amr: [], authTime: 0, acr: '', sessionId: '', referenceId: '', expiresAt: 1 }
    const bare = grantRecord({ id: 'bare', ...empty })
    await add(storage, full, {}, bare)
    equal(await storage.grants.find('full'), full, 'grants.find after grants.commit of the full grant')
    equal(
      await storage.grants.find('grant'),
      grantRecord(),
      'grants.find of the minimal grant, without the optional members',
    )
    equal(
      await storage.grants.find('bare'),
      bare,
      'grants.find of a grant that has expired; empty and zero are not absent',
    )
    equal(await storage.grants.find('Grant'), undefined, 'grants.find of an id in another case')
  },

  'grants.list returns the live grants of a user, newest first': async (storage) => {
    await add(
      storage,
      { id: 'old', createdAt: now - 100 },
      { id: 'new', createdAt: now + 100 },
      { id: 'middle', createdAt: now },
      { id: 'revoked', revokedAt: now },
      { id: 'expired', expiresAt: now - 1 },
      { id: 'ending', expiresAt: now },
      { id: 'last-second', createdAt: now - 200, expiresAt: now + 1 },
      { id: 'other', userId: 'User' },
    )
    const found = await storage.grants.list({ userId: 'user', now })
    equal(
      found.map(({ id }) => id),
      ['new', 'middle', 'old', 'last-second'],
      'the ids; a grant is over in the second of its expiresAt',
    )
    equal(found[0], grantRecord({ id: 'new', createdAt: now + 100 }), 'a listed grant is whole')
    equal(await storage.grants.list({ userId: 'nobody', now }), [], 'the grants of nobody')
  },

  'grants.revoke answers true once, and keeps the time of the first revocation': async (storage) => {
    await add(storage, {}, { id: 'other' })
    equal(await storage.grants.revoke({ id: 'grant', now: now + 1 }), true, 'grants.revoke')
    equal(await storage.grants.revoke({ id: 'grant', now: now + 2 }), false, 'grants.revoke again')
    equal(await storage.grants.revoke({ id: 'none', now }), false, 'grants.revoke of an unknown id')
    equal(await storage.grants.revoke({ id: 'Other', now }), false, 'grants.revoke of an id in another case')
    equal(await storage.grants.find('grant'), grantRecord({ revokedAt: now + 1 }), 'the revoked grant')
    equal(await storage.grants.find('other'), grantRecord({ id: 'other' }), 'the other grant')
  },

  'grants.revoke of one grant answers true to exactly one of fifty concurrent callers': async (storage) => {
    await add(storage, {})
    const outcomes = await fifty((caller) => storage.grants.revoke({ id: 'grant', now: now + caller }))
    equal(tally(outcomes), { true: 1, false: 49 }, 'outcomes of fifty grants.revoke')
    equal((await storage.grants.find('grant'))?.revokedAt, now + outcomes.indexOf(true), 'the winner’s time is stored')
  },

  'grants.revokeAll ends the grants that match all members of the query': async (storage) => {
    const grants: readonly Partial<GrantRecord>[] = [
      { id: 'u1c1s1', userId: 'u1', clientId: 'c1', sessionId: 's1' },
      { id: 'u1c1s2', userId: 'u1', clientId: 'c1', sessionId: 's2' },
      { id: 'u1c1', userId: 'u1', clientId: 'c1' },
      { id: 'u1c2s1', userId: 'u1', clientId: 'c2', sessionId: 's1' },
      { id: 'u2c1s1', userId: 'u2', clientId: 'c1', sessionId: 's1' },
      { id: 'u2c2s3', userId: 'u2', clientId: 'c2', sessionId: 's3' },
      { id: 'u3c3', userId: 'u3', clientId: 'c3' },
    ]
    await add(storage, ...grants)
    const ids = grants.map(({ id }) => id ?? '')
    const revokeAll = storage.grants.revokeAll
    const all = { userId: 'u1', clientId: 'c1', sessionId: 's1', now }
    equal(await revokeAll({ userId: 'u2', sessionId: 's2', now }), 0, 'two members that match no grant together')
    equal(await live(storage, ids), ids, 'all are live still')
    equal(await revokeAll(all), 1, 'user, client and session')
    equal(await live(storage, ids), ids.slice(1), 'live after user, client and session')
    equal(await revokeAll(all), 0, 'the same again')
    equal(await revokeAll({ userId: 'u1', clientId: 'c1', now }), 2, 'user and client')
    equal(await live(storage, ids), ['u1c2s1', 'u2c1s1', 'u2c2s3', 'u3c3'], 'live after user and client')
    equal(await revokeAll({ sessionId: 's1', clientId: 'c2', now }), 1, 'session and client')
    equal(await revokeAll({ sessionId: 's1', now }), 1, 'session')
    equal(await live(storage, ids), ['u2c2s3', 'u3c3'], 'live after the session')
    equal(await revokeAll({ clientId: 'c2', now }), 1, 'client')
    equal(await revokeAll({ userId: 'u3', now: now + 7 }), 1, 'user')
    equal((await storage.grants.find('u3c3'))?.revokedAt, now + 7, 'the time of the revocation')
  },

  'grants.revokeAll ends grants for offline access or spares them, as the query says': async (storage) => {
    await add(
      storage,
      { id: 'online', sessionId: 's1' },
      { id: 'offline', sessionId: 's1', offline: true },
      { id: 'elsewhere', sessionId: 's2' },
    )
    const ids = ['online', 'offline', 'elsewhere']
    equal(
      await storage.grants.revokeAll({ sessionId: 's1', offline: false, now }),
      1,
      'those that end with the session',
    )
    equal(await live(storage, ids), ['offline', 'elsewhere'], 'live after the session')
    equal(await storage.grants.revokeAll({ userId: 'user', offline: true, now }), 1, 'those for offline access')
    equal(await live(storage, ids), ['elsewhere'], 'live afterwards')
    await rejects(() => storage.grants.revokeAll({ offline: false, now }), 'grants.revokeAll of everything online')
  },

  'grants.revokeAll leaves revoked and expired grants as they are': async (storage) => {
    await add(storage, { id: 'revoked', revokedAt: now - 5 }, { id: 'expired', expiresAt: now }, { id: 'live' })
    equal(await storage.grants.revokeAll({ userId: 'user', now }), 1, 'grants.revokeAll')
    equal((await storage.grants.find('revoked'))?.revokedAt, now - 5, 'the first revocation stays')
    equal((await storage.grants.find('expired'))?.revokedAt, undefined, 'the expired grant')
    equal((await storage.grants.find('live'))?.revokedAt, now, 'the live grant')
  },

  'grants.revokeAll compares user, client and session byte for byte': async (storage) => {
    for (const text of lookalikes) {
      await add(storage, { id: text, clientId: text, userId: text, sessionId: text })
    }
    const folded = { userId: 'aBC-1', clientId: 'aBC-1', sessionId: 'aBC-1' }
    equal(await storage.grants.revokeAll({ userId: folded.userId, now }), 0, 'a user in another case')
    equal(await storage.grants.revokeAll({ clientId: folded.clientId, now }), 0, 'a client in another case')
    equal(await storage.grants.revokeAll({ sessionId: folded.sessionId, now }), 0, 'a session in another case')
    const [first = '', second = '', third = ''] = lookalikes
    equal(await storage.grants.revokeAll({ userId: first, now }), 1, 'the user')
    equal(await storage.grants.revokeAll({ clientId: second, now }), 1, 'the client')
    equal(await storage.grants.revokeAll({ sessionId: third, now }), 1, 'the session')
    equal(await live(storage, lookalikes), lookalikes.slice(3), 'live afterwards')
  },

  'grants.revokeAll without user, client and session fails and ends nothing': async (storage) => {
    await add(storage, {})
    await rejects(() => storage.grants.revokeAll({ now }), 'grants.revokeAll of everything')
    equal(await live(storage, ['grant']), ['grant'], 'live afterwards')
  },

  'grants.revokeAll by fifty concurrent callers ends and counts each grant once': async (storage) => {
    await add(storage, { id: 'g1' }, { id: 'g2' }, { id: 'g3' })
    const counts = await fifty(() => storage.grants.revokeAll({ userId: 'user', now }))
    equal(sum(counts), 3, 'the sum of what fifty grants.revokeAll ended')
  },
}
