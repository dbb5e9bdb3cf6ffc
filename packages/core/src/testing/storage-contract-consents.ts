import type { ConsentRecord } from '../storage/consent.ts'
import { equal, equalSets, fifty, sum, tally } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import { consentRecord, difficultText, longText, lookalikes, now } from './storage-fixtures.ts'

const key = { clientId: 'client', userId: 'user' }

export const consentCases: ContractCases = {
  'consents.find returns every member of a consent exactly as consents.remember stored it': async ({ consents }) => {
    const full: ConsentRecord = {
      id: 'full',
      clientId: difficultText,
      userId: 'ユーザー',
      referenceId: difficultText,
      scope: ['a', 'b:c', 'd/e'],
      resources: ['https://rs.example.com/a b', longText],
      claims: ['email', 'https://example.com/claims/é', longText],
      redirectHosts: ['app.example.com', 'com.example.app:', longText],
      createdAt: now,
      updatedAt: now + 1,
    }
    const empty = consentRecord({ id: 'empty', userId: 'nothing', scope: [], resources: [] })
    for (const record of [full, consentRecord(), empty]) {
      await consents.remember(record)
      equal(await consents.find(record), record, `consents.find of ${record.id}`)
      equal(await consents.findById(record.id), record, `consents.findById of ${record.id}`)
    }
    equal(await consents.findById('nothing'), undefined, 'consents.findById of an unknown id')
    equal(await consents.find({ clientId: 'client', userId: 'nobody' }), undefined, 'consents.find of an unknown key')
  },

  'consents.find never returns a consent with a reference for a query without one, nor the reverse': async ({
    consents,
  }) => {
    await consents.remember(consentRecord({ id: 'with', referenceId: 'r1', scope: ['with'] }))
    equal(await consents.find(key), undefined, 'without a reference, where only one with it exists')
    await consents.remember(consentRecord({ id: 'without', scope: ['without'] }))
    await consents.remember(consentRecord({ id: 'blank', referenceId: '', scope: ['blank'] }))
    equal((await consents.find(key))?.id, 'without', 'without a reference')
    equal((await consents.find({ ...key, referenceId: 'r1' }))?.id, 'with', 'with the reference')
    equal((await consents.find({ ...key, referenceId: '' }))?.id, 'blank', 'with an empty reference')
    equal(await consents.find({ ...key, referenceId: 'r2' }), undefined, 'with another reference')
    equal((await consents.findById('without'))?.scope, ['without'], 'the scopes without a reference')
    equal((await consents.findById('with'))?.scope, ['with'], 'the scopes with a reference')
  },

  'consents compares every part of its key byte for byte': async ({ consents }) => {
    for (const [index, text] of lookalikes.entries()) {
      await consents.remember(consentRecord({ id: `c${index}`, clientId: text }))
      await consents.remember(consentRecord({ id: `u${index}`, userId: text }))
      await consents.remember(consentRecord({ id: `r${index}`, referenceId: text }))
    }
    for (const [index, text] of lookalikes.entries()) {
      equal((await consents.find({ ...key, clientId: text }))?.id, `c${index}`, `the client "${text}"`)
      equal((await consents.find({ ...key, userId: text }))?.id, `u${index}`, `the user "${text}"`)
      equal((await consents.find({ ...key, referenceId: text }))?.id, `r${index}`, `the reference "${text}"`)
    }
    equal(await consents.find({ ...key, userId: 'aBC-1' }), undefined, 'a user in another case')
  },

  'consents.remember adds to the stored scopes, resources, claims and redirect hosts': async ({ consents }) => {
    await consents.remember(
      consentRecord({ scope: ['a', 'b'], resources: ['https://one.example.com'], claims: ['email', 'name'] }),
    )
    await consents.remember(
      consentRecord({
        id: 'second',
        redirectHosts: ['other.example.com', 'app.example.com'],
        scope: ['b', 'c'],
        claims: ['phone_number', 'email'],
        resources: ['https://two.example.com', 'https://one.example.com'],
        createdAt: now + 5,
        updatedAt: now + 5,
      }),
    )
    const found = await consents.find(key)
    equalSets(found?.scope, ['a', 'b', 'c'], 'the union of the scopes')
    equalSets(found?.resources, ['https://one.example.com', 'https://two.example.com'], 'the union of the resources')
    equalSets(found?.claims, ['email', 'name', 'phone_number'], 'the union of the claims')
    equalSets(found?.redirectHosts, ['app.example.com', 'other.example.com'], 'the union of the redirect hosts')
    equal(
      { id: found?.id, createdAt: found?.createdAt, updatedAt: found?.updatedAt },
      { id: 'consent', createdAt: now, updatedAt: now + 5 },
      'the id and the beginning stay, the change is dated',
    )
    equal(await consents.findById('second'), undefined, 'the id that was not needed')
  },

  'consents.remember by fifty concurrent callers without a stored consent stores the union of their scopes': async ({
    consents,
  }) => {
    await fifty((caller) =>
      consents.remember(
        consentRecord({
          id: `consent-${caller}`,
          scope: [`s${caller}`],
          claims: [`c${caller}`],
          resources: [`https://rs${caller}.example.com`],
        }),
      ),
    )
    const callers = Array.from({ length: 50 }, (_, caller) => caller)
    const found = await consents.list({ userId: 'user' })
    equal(found.length, 1, 'the number of consents')
    equalSets(
      found[0]?.scope,
      callers.map((caller) => `s${caller}`),
      'the union of fifty scopes',
    )
    equalSets(
      found[0]?.claims,
      callers.map((caller) => `c${caller}`),
      'the union of fifty claims',
    )
    equalSets(
      found[0]?.resources,
      callers.map((caller) => `https://rs${caller}.example.com`),
      'the union of fifty resources',
    )
  },

  'consents.remember by fifty concurrent callers adds the scopes of all of them to the stored consent': async ({
    consents,
  }) => {
    await consents.remember(consentRecord({ scope: ['first'], claims: ['first'] }))
    await fifty((caller) =>
      consents.remember(
        consentRecord({ id: `consent-${caller}`, scope: [`s${caller}`], redirectHosts: [`host${caller}`] }),
      ),
    )
    const callers = Array.from({ length: 50 }, (_, caller) => caller)
    const found = await consents.findById('consent')
    equalSets(found?.scope, ['first', ...callers.map((caller) => `s${caller}`)], 'the union of the scopes')
    equal(found?.claims, ['first'], 'the claims, to which nobody added')
    equal(found?.redirectHosts.length, 51, 'the number of redirect hosts')
  },

  'consents.list returns the consents of a user, oldest first': async ({ consents }) => {
    await consents.remember(consentRecord({ id: 'z', clientId: 'c1', createdAt: now }))
    await consents.remember(consentRecord({ id: 'm', clientId: 'c2', createdAt: now - 5, referenceId: 'r1' }))
    await consents.remember(consentRecord({ id: 'a', clientId: 'c3', createdAt: now + 5, referenceId: 'r1' }))
    await consents.remember(consentRecord({ id: 'b', clientId: 'c1', createdAt: now + 1, referenceId: 'R1' }))
    await consents.remember(consentRecord({ id: 'x', clientId: 'c1', userId: 'other', referenceId: 'r1' }))
    const ids = async (query: Parameters<typeof consents.list>[0]) => (await consents.list(query)).map(({ id }) => id)
    equal(await ids({ userId: 'user' }), ['m', 'z', 'b', 'a'], 'all of a user')
    equal(await ids({ userId: 'user', referenceId: 'r1' }), ['m', 'a'], 'those under a reference')
    equal(await ids({ userId: 'user', referenceId: 'r2' }), [], 'those under an unknown reference')
    equal(await ids({ userId: 'User' }), [], 'those of a user in another case')
    await consents.remember(consentRecord({ id: 'blank', clientId: 'c4', createdAt: now + 9, referenceId: '' }))
    equal(await ids({ userId: 'user', referenceId: '' }), ['blank'], 'those under an empty reference')
  },

  'consents.replaceScope replaces the scope, and answers whether the consent exists': async ({ consents }) => {
    const record = consentRecord({ scope: ['a', 'b'], resources: ['https://rs.example.com'], referenceId: 'r1' })
    await consents.remember(record)
    await consents.remember(consentRecord({ id: 'other', userId: 'other' }))
    equal(await consents.replaceScope({ id: 'consent', scope: ['c'], now: now + 9 }), true, 'consents.replaceScope')
    equal(await consents.findById('consent'), { ...record, scope: ['c'], updatedAt: now + 9 }, 'the narrowed consent')
    equal(await consents.findById('other'), consentRecord({ id: 'other', userId: 'other' }), 'the other consent')
    equal(await consents.replaceScope({ id: 'consent', scope: [], now: now + 9 }), true, 'an empty scope')
    equal((await consents.findById('consent'))?.scope, [], 'the emptied consent')
    equal(
      await consents.replaceScope({ id: 'none', scope: ['c'], now }),
      false,
      'consents.replaceScope of an unknown id',
    )
    await consents.remember(consentRecord({ referenceId: 'r1', scope: ['d'] }))
    equal((await consents.findById('consent'))?.scope, ['d'], 'remembering again adds to the replaced scope')
  },

  'consents.delete answers whether it deleted a consent': async ({ consents }) => {
    await consents.remember(consentRecord())
    await consents.remember(consentRecord({ id: 'other', referenceId: 'r1' }))
    equal(await consents.delete('Consent'), false, 'consents.delete of an id in another case')
    equal(await consents.delete('consent'), true, 'consents.delete')
    equal(await consents.delete('consent'), false, 'consents.delete again')
    equal(await consents.find(key), undefined, 'consents.find afterwards')
    equal((await consents.findById('other'))?.id, 'other', 'the other consent')
    await consents.remember(consentRecord({ id: 'new', scope: ['new'] }))
    equal(await consents.find(key), consentRecord({ id: 'new', scope: ['new'] }), 'a consent given anew starts anew')
  },

  'consents.replaceScope replaces the claims when the query has claims, and keeps them otherwise': async ({
    consents,
  }) => {
    await consents.remember(consentRecord({ claims: ['email', 'name'] }))
    equal(await consents.replaceScope({ id: 'consent', scope: ['a'], now }), true, 'consents.replaceScope')
    equal((await consents.findById('consent'))?.claims, ['email', 'name'], 'the claims after a scope alone')
    const some = { id: 'consent', scope: ['a'], claims: ['name'], now }
    equal(await consents.replaceScope(some), true, 'consents.replaceScope with a claim')
    equal((await consents.findById('consent'))?.claims, ['name'], 'the claims after one that is left')
    equal(await consents.replaceScope({ ...some, claims: [] }), true, 'consents.replaceScope with no claim')
    equal(await consents.findById('consent'), consentRecord({ scope: ['a'] }), 'the consent after no claim')
  },

  'consents.replaceScope by fifty concurrent callers leaves the scope and the time of one caller': async ({
    consents,
  }) => {
    await consents.remember(consentRecord({ claims: ['email'] }))
    const outcomes = await fifty((caller) =>
      consents.replaceScope({ id: 'consent', scope: [`a${caller}`, `b${caller}`], now: now + caller }),
    )
    equal(tally(outcomes), { true: 50 }, 'outcomes of fifty consents.replaceScope')
    const found = await consents.findById('consent')
    const last = (found?.updatedAt ?? 0) - now
    const expected = consentRecord({ claims: ['email'], scope: [`a${last}`, `b${last}`], updatedAt: now + last })
    equal(found, expected, 'scope and time are of the same caller')
  },

  'consents.delete of one consent answers true to exactly one of fifty concurrent callers': async ({ consents }) => {
    await consents.remember(consentRecord())
    equal(tally(await fifty(() => consents.delete('consent'))), { true: 1, false: 49 }, 'outcomes of fifty delete')
    equal(await consents.find(key), undefined, 'consents.find afterwards')
  },

  'consents.deleteAll by fifty concurrent callers counts each consent once': async ({ consents }) => {
    for (const userId of ['one', 'two', 'three']) await consents.remember(consentRecord({ id: userId, userId }))
    const counts = await fifty(() => consents.deleteAll({ clientId: 'client' }))
    equal(sum(counts), 3, 'the sum of what fifty consents.deleteAll deleted')
  },

  'consents.deleteAll deletes only the consents of one client': async ({ consents }) => {
    for (const [index, clientId] of lookalikes.entries()) {
      await consents.remember(consentRecord({ id: `one-${index}`, clientId, userId: 'one' }))
      await consents.remember(consentRecord({ id: `two-${index}`, clientId, userId: 'two', referenceId: 'r1' }))
    }
    const [first = ''] = lookalikes
    equal(await consents.deleteAll({ clientId: 'aBC-1' }), 0, 'consents.deleteAll of a client in another case')
    equal(await consents.deleteAll({ clientId: first }), 2, 'consents.deleteAll')
    equal(await consents.deleteAll({ clientId: first }), 0, 'consents.deleteAll again')
    const left = [...(await consents.list({ userId: 'one' })), ...(await consents.list({ userId: 'two' }))]
    equalSets(
      left.map(({ id }) => id),
      lookalikes.slice(1).flatMap((_, index) => [`one-${index + 1}`, `two-${index + 1}`]),
      'the consents that are left',
    )
  },
}
