import type { AuthorizationCodeRecord } from '../storage/authorization-code.ts'
import { equal, equalSets, fifty, rejects, succeeds, tally } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import {
  codeRecord,
  consentRecord,
  difficultText,
  grantRecord,
  interactionRecord,
  issueCode,
  longText,
  lookalikes,
  now,
} from './storage-fixtures.ts'

export const authorizationCodeCases: ContractCases = {
  'authorizationCodes come back exactly as they went in, with their grant': async ({ authorizationCodes }) => {
    const full: AuthorizationCodeRecord = {
      id: 'full',
      secretHash: 'hash',
      grantId: 'full-grant',
      redirectUri: longText,
      redirectUriSent: false,
      codeChallenge: 'challenge',
      nonce: difficultText,
      createdAt: now,
      expiresAt: 1,
      consumedAt: now + 1,
    }
    const grant = grantRecord({
      id: 'full-grant',
      sessionId: 's',
      authTime: 5,
      acr: 'a',
      amr: ['pwd'],
      referenceId: 'r',
    })
    equal(await authorizationCodes.issue({ grant, code: full }), 'won', 'authorizationCodes.issue')
    equal(
      await authorizationCodes.find('full'),
      { code: full, grant },
      'authorizationCodes.find after authorizationCodes.issue of the full code, consumed and expired',
    )
    await authorizationCodes.issue({ grant: grantRecord(), code: codeRecord() })
    equal(
      await authorizationCodes.find('code'),
      { code: codeRecord(), grant: grantRecord() },
      'authorizationCodes.find of the minimal code',
    )
    await authorizationCodes.issue({
      grant: grantRecord({ id: 'ended', revokedAt: now }),
      code: codeRecord({ id: 'ended', grantId: 'ended' }),
    })
    const { grant: ended } = (await authorizationCodes.find('ended')) ?? {}
    equal(ended, grantRecord({ id: 'ended', revokedAt: now }), 'authorizationCodes.find under a revoked grant')
    equal(await authorizationCodes.find('nothing'), undefined, 'authorizationCodes.find of an unknown id')
  },

  'authorizationCodes compare ids byte for byte': async (storage) => {
    for (const id of lookalikes) await issueCode(storage, { grant: { id }, code: { id, grantId: id } })
    for (const id of lookalikes) {
      const found = await storage.authorizationCodes.find(id)
      equal([found?.code.id, found?.grant.id], [id, id], `the code and the grant of "${id}"`)
    }
    equal(await storage.authorizationCodes.find('aBC-1'), undefined, 'authorizationCodes.find in another case')
    equal(
      await storage.authorizationCodes.redeem({ id: 'aBC-1', now }),
      'dead',
      'authorizationCodes.redeem in another case',
    )
    const [first = '', ...others] = lookalikes
    equal(await storage.authorizationCodes.redeem({ id: first, now }), 'won', 'authorizationCodes.redeem')
    for (const id of others) {
      equal((await storage.authorizationCodes.find(id))?.code.consumedAt, undefined, `"${id}" is not consumed`)
    }
  },

  'authorizationCodes.issue writes the grant, the code and the consent': async (storage) => {
    await storage.interactions.insert(interactionRecord())
    await storage.interactions.insert(interactionRecord({ id: 'other' }))
    const outcome = await storage.authorizationCodes.issue({
      grant: grantRecord(),
      code: codeRecord(),
      consent: consentRecord({ scope: ['a'], referenceId: 'r' }),
      interactionId: 'interaction',
    })
    equal(outcome, 'won', 'authorizationCodes.issue')
    equal(await storage.interactions.find('interaction'), undefined, 'the interaction is taken')
    equal(await storage.interactions.find('other'), interactionRecord({ id: 'other' }), 'another interaction is not')
    equal(await storage.grants.find('grant'), grantRecord(), 'the grant')
    equal((await storage.authorizationCodes.find('code'))?.code, codeRecord(), 'the code')
    equal(await storage.consents.findById('consent'), consentRecord({ scope: ['a'], referenceId: 'r' }), 'the consent')
  },

  'authorizationCodes.issue adds to a remembered consent as remember does': async ({
    authorizationCodes,
    consents,
  }) => {
    await consents.remember(consentRecord({ scope: ['a'], resources: ['https://one.example.com'] }))
    const consent = consentRecord({
      id: 'second',
      scope: ['b'],
      resources: ['https://two.example.com'],
      createdAt: now + 3,
      updatedAt: now + 3,
    })
    await authorizationCodes.issue({ grant: grantRecord(), code: codeRecord(), consent })
    const found = await consents.find({ clientId: 'client', userId: 'user' })
    equalSets(found?.scope, ['a', 'b'], 'the union of the scopes')
    equalSets(found?.resources, ['https://one.example.com', 'https://two.example.com'], 'the union of the resources')
    equal([found?.id, found?.createdAt, found?.updatedAt], ['consent', now, now + 3], 'the id and the times')
  },

  'authorizationCodes.issue by fifty callers keeps the union of their consents': async (storage) => {
    const outcomes = await fifty((caller) =>
      storage.authorizationCodes.issue({
        grant: grantRecord({ id: `g${caller}` }),
        code: codeRecord({ id: `c${caller}`, grantId: `g${caller}` }),
        consent: consentRecord({ id: `consent-${caller}`, scope: [`s${caller}`] }),
      }),
    )
    equal(tally(outcomes), { won: 50 }, 'outcomes of fifty authorizationCodes.issue')
    const found = await storage.consents.list({ userId: 'user' })
    equal(found.length, 1, 'the number of consents')
    equal(found[0]?.scope.length, 50, 'the number of scopes')
    equal((await storage.grants.list({ userId: 'user', now })).length, 50, 'the number of grants')
  },

  'authorizationCodes.issue by fifty callers adds all to a remembered consent': async (storage) => {
    await storage.consents.remember(consentRecord({ scope: ['first'] }))
    await fifty((caller) =>
      storage.authorizationCodes.issue({
        grant: grantRecord({ id: `g${caller}` }),
        code: codeRecord({ id: `c${caller}`, grantId: `g${caller}` }),
        consent: consentRecord({ id: `consent-${caller}`, scope: [`s${caller}`] }),
      }),
    )
    const found = await storage.consents.findById('consent')
    equal([found?.scope.includes('first'), found?.scope.length], [true, 51], 'the first scope and the number of all')
  },

  'authorizationCodes.issue writes nothing when the interaction is gone': async (storage) => {
    const outcome = await storage.authorizationCodes.issue({
      grant: grantRecord(),
      code: codeRecord(),
      consent: consentRecord(),
      interactionId: 'interaction',
    })
    equal(outcome, 'gone', 'authorizationCodes.issue')
    equal(await storage.grants.find('grant'), undefined, 'the grant')
    equal(await storage.authorizationCodes.find('code'), undefined, 'the code')
    equal(await storage.consents.findById('consent'), undefined, 'the consent')
  },

  'authorizationCodes.issue for one interaction is won by one of fifty': async (storage) => {
    await storage.interactions.insert(interactionRecord())
    const outcomes = await fifty((caller) =>
      storage.authorizationCodes.issue({
        grant: grantRecord({ id: `g${caller}` }),
        code: codeRecord({ id: `c${caller}`, grantId: `g${caller}` }),
        consent: consentRecord({ id: `consent-${caller}`, scope: [`s${caller}`] }),
        interactionId: 'interaction',
      }),
    )
    equal(tally(outcomes), { won: 1, gone: 49 }, 'outcomes of fifty authorizationCodes.issue')
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

  'authorizationCodes.issue of one code is done by one of fifty': async (storage) => {
    const done = await fifty((caller) =>
      succeeds(() =>
        storage.authorizationCodes.issue({
          grant: grantRecord({ id: `g${caller}` }),
          code: codeRecord({ grantId: `g${caller}` }),
        }),
      ),
    )
    equal(tally(done), { true: 1, false: 49 }, 'which of fifty authorizationCodes.issue succeeded')
    const grantId = `g${done.indexOf(true)}`
    equal((await storage.authorizationCodes.find('code'))?.code.grantId, grantId, 'the code is the winner’s')
    const grants = await storage.grants.list({ userId: 'user', now })
    equal(
      grants.map(({ id }) => id),
      [grantId],
      'a grant of the winner, and of nobody else',
    )
  },

  'authorizationCodes.issue that fails writes nothing': async (storage) => {
    await issueCode(storage)
    await storage.interactions.insert(interactionRecord())
    await storage.consents.remember(consentRecord({ scope: ['a'] }))
    const issue = {
      grant: grantRecord({ id: 'second' }),
      code: codeRecord({ grantId: 'second' }),
      consent: consentRecord({ scope: ['b'], updatedAt: now + 9 }),
      interactionId: 'interaction',
    }
    await rejects(
      () => storage.authorizationCodes.issue(issue),
      'authorizationCodes.issue with a code id that is taken',
    )
    const again = { ...issue, grant: grantRecord({ scope: ['stolen'] }), code: codeRecord({ id: 'second' }) }
    await rejects(
      () => storage.authorizationCodes.issue(again),
      'authorizationCodes.issue with a grant id that is taken',
    )
    equal(await storage.interactions.find('interaction'), interactionRecord(), 'the interaction waits still')
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
