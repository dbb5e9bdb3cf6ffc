import { equal, equalSets, fifty, rejects, succeeds, tally } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import { codeRecord, consentRecord, grantRecord, issueCode, now, recordEntry } from './storage-fixtures.ts'

const key = { kind: 'kind', id: 'record' }

/** Cases of `grants.commit` that take records, remember a consent and add a grant with a code. */
export const commitCases: ContractCases = {
  'grants.commit writes the grant, the code and the consent': async (storage) => {
    await storage.records.insert(recordEntry())
    await storage.records.insert(recordEntry({ id: 'other' }))
    const outcome = await storage.grants.commit({
      grant: grantRecord(),
      code: codeRecord(),
      consent: consentRecord({ scope: ['a'], referenceId: 'r' }),
      take: [key],
    })
    equal(outcome, 'won', 'grants.commit')
    equal(await storage.records.find(key), undefined, 'the record is taken')
    equal(await storage.records.find({ ...key, id: 'other' }), recordEntry({ id: 'other' }), 'another record is not')
    equal(await storage.grants.find('grant'), grantRecord(), 'the grant')
    equal((await storage.authorizationCodes.find('code'))?.code, codeRecord(), 'the code')
    equal(await storage.consents.findById('consent'), consentRecord({ scope: ['a'], referenceId: 'r' }), 'the consent')
  },

  'grants.commit adds to a stored consent as consents.remember does': async ({ grants, consents }) => {
    await consents.remember(consentRecord({ scope: ['a'], resources: ['https://one.example.com'] }))
    const consent = consentRecord({
      id: 'second',
      scope: ['b'],
      resources: ['https://two.example.com'],
      createdAt: now + 3,
      updatedAt: now + 3,
    })
    await grants.commit({ grant: grantRecord(), code: codeRecord(), consent })
    const found = await consents.find({ clientId: 'client', userId: 'user' })
    equalSets(found?.scope, ['a', 'b'], 'the union of the scopes')
    equalSets(found?.resources, ['https://one.example.com', 'https://two.example.com'], 'the union of the resources')
    equal([found?.id, found?.createdAt, found?.updatedAt], ['consent', now, now + 3], 'the id and the times')
  },

  'grants.commit by fifty concurrent callers without a stored consent stores the union of their scopes': async (
    storage,
  ) => {
    const outcomes = await fifty((caller) =>
      storage.grants.commit({
        grant: grantRecord({ id: `g${caller}` }),
        code: codeRecord({ id: `c${caller}`, grantId: `g${caller}` }),
        consent: consentRecord({ id: `consent-${caller}`, scope: [`s${caller}`] }),
      }),
    )
    equal(tally(outcomes), { won: 50 }, 'outcomes of fifty grants.commit')
    const found = await storage.consents.list({ userId: 'user' })
    equal(found.length, 1, 'the number of consents')
    equal(found[0]?.scope.length, 50, 'the number of scopes')
    equal((await storage.grants.list({ userId: 'user', now })).length, 50, 'the number of grants')
  },

  'grants.commit by fifty concurrent callers adds the scopes of all of them to the stored consent': async (storage) => {
    await storage.consents.remember(consentRecord({ scope: ['first'] }))
    await fifty((caller) =>
      storage.grants.commit({
        grant: grantRecord({ id: `g${caller}` }),
        code: codeRecord({ id: `c${caller}`, grantId: `g${caller}` }),
        consent: consentRecord({ id: `consent-${caller}`, scope: [`s${caller}`] }),
      }),
    )
    const found = await storage.consents.findById('consent')
    equal([found?.scope.includes('first'), found?.scope.length], [true, 51], 'the first scope and the number of all')
  },

  "grants.commit answers 'gone' and writes nothing when the record does not exist": async (storage) => {
    const outcome = await storage.grants.commit({
      grant: grantRecord(),
      code: codeRecord(),
      consent: consentRecord(),
      take: [key],
    })
    equal(outcome, 'gone', 'grants.commit')
    equal(await storage.grants.find('grant'), undefined, 'the grant')
    equal(await storage.authorizationCodes.find('code'), undefined, 'the code')
    equal(await storage.consents.findById('consent'), undefined, 'the consent')
  },

  'grants.commit that takes one record is won by exactly one of fifty concurrent callers, who stores a grant, a code and a consent':
    async (storage) => {
      await storage.records.insert(recordEntry())
      const outcomes = await fifty((caller) =>
        storage.grants.commit({
          grant: grantRecord({ id: `g${caller}` }),
          code: codeRecord({ id: `c${caller}`, grantId: `g${caller}` }),
          consent: consentRecord({ id: `consent-${caller}`, scope: [`s${caller}`] }),
          take: [key],
        }),
      )
      equal(tally(outcomes), { won: 1, gone: 49 }, 'outcomes of fifty grants.commit')
      const winner = outcomes.indexOf('won')
      const grants = await storage.grants.list({ userId: 'user', now })
      equal(
        grants.map(({ id }) => id),
        [`g${winner}`],
        'the grants',
      )
      const codes: string[] = []
      for (let caller = 0; caller < 50; caller += 1) {
        if (await storage.authorizationCodes.find(`c${caller}`)) codes.push(`c${caller}`)
      }
      equal(codes, [`c${winner}`], 'the codes')
      equal((await storage.consents.find({ clientId: 'client', userId: 'user' }))?.scope, [`s${winner}`], 'the consent')
    },

  'grants.commit of one code id succeeds for exactly one of fifty concurrent callers': async (storage) => {
    const done = await fifty((caller) =>
      succeeds(() =>
        storage.grants.commit({
          grant: grantRecord({ id: `g${caller}` }),
          code: codeRecord({ grantId: `g${caller}` }),
        }),
      ),
    )
    equal(tally(done), { true: 1, false: 49 }, 'which of fifty grants.commit succeeded')
    const grantId = `g${done.indexOf(true)}`
    equal((await storage.authorizationCodes.find('code'))?.code.grantId, grantId, 'the code is the winner’s')
    const grants = await storage.grants.list({ userId: 'user', now })
    equal(
      grants.map(({ id }) => id),
      [grantId],
      'a grant of the winner, and of nobody else',
    )
  },

  'grants.commit that fails on a taken code or grant id writes nothing and takes no record': async (storage) => {
    await issueCode(storage)
    await storage.records.insert(recordEntry())
    await storage.consents.remember(consentRecord({ scope: ['a'] }))
    const issue = {
      grant: grantRecord({ id: 'second' }),
      code: codeRecord({ grantId: 'second' }),
      consent: consentRecord({ scope: ['b'], updatedAt: now + 9 }),
      take: [key],
    }
    await rejects(() => storage.grants.commit(issue), 'grants.commit with a code id that is taken')
    const again = { ...issue, grant: grantRecord({ scope: ['stolen'] }), code: codeRecord({ id: 'second' }) }
    await rejects(() => storage.grants.commit(again), 'grants.commit with a grant id that is taken')
    equal(await storage.records.find(key), recordEntry(), 'the record waits still')
    equal(await storage.grants.find('second'), undefined, 'the second grant')
    equal(await storage.authorizationCodes.find('second'), undefined, 'the second code')
    equal(
      await storage.authorizationCodes.find('code'),
      { code: codeRecord(), grant: grantRecord() },
      'the first of both',
    )
    equal(await storage.consents.findById('consent'), consentRecord({ scope: ['a'] }), 'the consent')
  },
}
