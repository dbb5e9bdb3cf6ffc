import { equal, fifty, rejects, succeeds, tally } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import {
  accessTokenRecord,
  codeRecord,
  consentRecord,
  grantRecord,
  issueRefreshToken,
  now,
  recordEntry,
  refreshTokenRecord,
  withTokenGrant,
} from './storage-fixtures.ts'

const key = { kind: 'kind', id: 'record' }

/** Cases of `grants.commit` as the token endpoint uses it: a grant and its tokens without a code, and record versions. */
export const committedTokenCases: ContractCases = {
  'grants.commit adds a grant with its tokens and takes every record in take': async (storage) => {
    for (const id of ['record', 'second', 'third']) await storage.records.insert(recordEntry({ id, version: 4 }))
    const outcome = await storage.grants.commit({
      take: [
        { ...key, version: 4 },
        { ...key, id: 'second' },
      ],
      grant: grantRecord({ extra: { cnf: { jkt: 'x' } } }),
      accessToken: accessTokenRecord({ grantId: 'grant', extra: { act: { sub: 'a' } } }),
      refreshToken: refreshTokenRecord({ extra: { cnf: { jkt: 'x' } } }),
    })
    equal(outcome, 'won', 'grants.commit')
    const grant = grantRecord({ extra: { cnf: { jkt: 'x' } } })
    equal(
      withTokenGrant(await storage.accessTokens.find('access')),
      withTokenGrant({ token: accessTokenRecord({ grantId: 'grant', extra: { act: { sub: 'a' } } }), grant }),
      'accessTokens.find after grants.commit',
    )
    equal(
      await storage.refreshTokens.find('refresh'),
      { token: refreshTokenRecord({ extra: { cnf: { jkt: 'x' } } }), grant, successorRotated: false },
      'refreshTokens.find after grants.commit',
    )
    equal(await storage.records.find(key), undefined, 'the first record after grants.commit')
    equal(await storage.records.find({ ...key, id: 'second' }), undefined, 'the second record after grants.commit')
    equal(
      (await storage.records.find({ ...key, id: 'third' }))?.version,
      4,
      'a record that grants.commit does not name',
    )
  },

  'grants.commit writes only the parts that it is given': async (storage) => {
    equal(await storage.grants.commit({ grant: grantRecord() }), 'won', 'grants.commit of a grant alone')
    equal(await storage.grants.find('grant'), grantRecord(), 'the grant')
    await storage.records.insert(recordEntry())
    equal(await storage.grants.commit({ take: [key], consent: consentRecord() }), 'won', 'grants.commit of a consent')
    equal(await storage.consents.findById('consent'), consentRecord(), 'the consent after grants.commit')
    const accessToken = accessTokenRecord({ grantId: 'grant' })
    const refreshToken = refreshTokenRecord()
    equal(await storage.grants.commit({ accessToken, refreshToken }), 'won', 'grants.commit under a grant that exists')
    equal((await storage.accessTokens.find('access'))?.token, accessToken, 'the access token after grants.commit')
    equal((await storage.refreshTokens.find('refresh'))?.token, refreshToken, 'the refresh token after grants.commit')
    equal(await storage.grants.commit({}), 'won', 'grants.commit of nothing')
  },

  "grants.commit answers 'gone', writes nothing and takes no record when one record is missing or has another version":
    async (storage) => {
      await storage.records.insert(recordEntry({ version: 2 }))
      const writes = {
        consent: consentRecord(),
        grant: grantRecord(),
        code: codeRecord(),
        accessToken: accessTokenRecord(),
        refreshToken: refreshTokenRecord(),
      }
      const missing = { ...key, id: 'missing' }
      for (const take of [[{ ...key, version: 1 }], [{ ...key, version: 3 }], [key, missing], [missing, key]]) {
        equal(
          await storage.grants.commit({ ...writes, take }),
          'gone',
          `grants.commit that takes ${JSON.stringify(take)}`,
        )
        equal(await storage.records.find(key), recordEntry({ version: 2 }), 'the record after grants.commit in vain')
        equal(await storage.grants.find('grant'), undefined, 'the grant after grants.commit in vain')
        equal(await storage.consents.findById('consent'), undefined, 'the consent after grants.commit in vain')
        equal(await storage.accessTokens.find('access'), undefined, 'the access token after grants.commit in vain')
      }
      equal(
        await storage.grants.commit({ ...writes, take: [{ ...key, version: 2 }] }),
        'won',
        'grants.commit in the end',
      )
      equal((await storage.authorizationCodes.find('code'))?.grant, grantRecord(), 'the grant after grants.commit')
      equal(
        (await storage.refreshTokens.find('refresh'))?.grant,
        grantRecord(),
        'the refresh token after grants.commit',
      )
    },

  'grants.commit that takes one record is won by exactly one of fifty concurrent callers, who stores a grant and its tokens':
    async (storage) => {
      await storage.records.insert(recordEntry({ version: 5 }))
      const outcomes = await fifty((caller) =>
        storage.grants.commit({
          take: [{ ...key, version: 5 }],
          grant: grantRecord({ id: `g${caller}` }),
          accessToken: accessTokenRecord({ id: `a${caller}`, grantId: `g${caller}` }),
          refreshToken: refreshTokenRecord({ id: `r${caller}`, grantId: `g${caller}` }),
        }),
      )
      equal(tally(outcomes), { won: 1, gone: 49 }, 'outcomes of fifty grants.commit')
      for (const [caller, outcome] of outcomes.entries()) {
        const found = [await storage.accessTokens.find(`a${caller}`), await storage.refreshTokens.find(`r${caller}`)]
        const expected = outcome === 'won' ? [`g${caller}`, `g${caller}`] : [undefined, undefined]
        equal([found[0]?.grant?.id, found[1]?.grant?.id], expected, `the tokens after grants.commit '${outcome}'`)
      }
    },

  'grants.commit of one refresh token id succeeds for exactly one of fifty concurrent callers': async (storage) => {
    const done = await fifty((caller) =>
      succeeds(() =>
        storage.grants.commit({
          grant: grantRecord({ id: `g${caller}` }),
          accessToken: accessTokenRecord({ id: `a${caller}`, grantId: `g${caller}` }),
          refreshToken: refreshTokenRecord({ grantId: `g${caller}` }),
        }),
      ),
    )
    equal(tally(done), { true: 1, false: 49 }, 'which of fifty grants.commit succeeded')
    const winner = `g${done.indexOf(true)}`
    equal((await storage.refreshTokens.find('refresh'))?.grant.id, winner, 'the refresh token is the winner’s')
    const grants = await storage.grants.list({ userId: 'user', now })
    equal(
      grants.map(({ id }) => id),
      [winner],
      'the grants after grants.commit',
    )
  },

  'grants.commit that fails on a taken token id writes nothing and takes no record': async (storage) => {
    await issueRefreshToken(storage)
    await storage.accessTokens.insert(accessTokenRecord())
    await storage.records.insert(recordEntry())
    const writes = { take: [key], grant: grantRecord({ id: 'second' }), consent: consentRecord() }
    const free = { accessToken: accessTokenRecord({ id: 'free' }), refreshToken: refreshTokenRecord({ id: 'free' }) }
    await rejects(
      () => storage.grants.commit({ ...writes, ...free, accessToken: accessTokenRecord() }),
      'grants.commit with an access token id that is taken',
    )
    await rejects(
      () => storage.grants.commit({ ...writes, ...free, refreshToken: refreshTokenRecord() }),
      'grants.commit with a refresh token id that is taken',
    )
    equal(await storage.records.find(key), recordEntry(), 'the record after grants.commit that failed')
    equal(await storage.grants.find('second'), undefined, 'the grant after grants.commit that failed')
    equal(await storage.consents.findById('consent'), undefined, 'the consent after grants.commit that failed')
    equal(await storage.accessTokens.find('free'), undefined, 'the access token after grants.commit that failed')
  },

  'authorizationCodes.redeem, refreshTokens.rotate and refreshTokens.reuse keep extra of the code, the grant and the tokens':
    async (storage) => {
      const extra = { cnf: { jkt: 'key' } }
      await storage.grants.commit({ grant: grantRecord({ extra }), code: codeRecord({ extra }) })
      const refreshToken = refreshTokenRecord({ extra: { cnf: { jkt: 'first' } } })
      const accessToken = accessTokenRecord({ grantId: 'grant', extra: { cnf: { jkt: 'access' } } })
      await storage.authorizationCodes.redeem({ id: 'code', now, accessToken, refreshToken })
      const code = await storage.authorizationCodes.find('code')
      equal([code?.code.extra, code?.grant.extra], [extra, extra], 'what authorizationCodes.redeem left of extra')
      equal((await storage.accessTokens.find('access'))?.token.extra, { cnf: { jkt: 'access' } }, 'the access token')
      const successor = refreshTokenRecord({ id: 'next', extra: { cnf: { jkt: 'second' } } })
      const rotated = accessTokenRecord({ id: 'rotated', grantId: 'grant', extra: { cnf: { jkt: 'rotated' } } })
      const rotation = { id: 'refresh', now, successor, sealedSuccessor: 'sealed', accessToken: rotated }
      await storage.refreshTokens.rotate(rotation)
      await storage.refreshTokens.reuse({ id: 'refresh', limit: 5 })
      const [old, next] = [await storage.refreshTokens.find('refresh'), await storage.refreshTokens.find('next')]
      equal(old?.token.extra, { cnf: { jkt: 'first' } }, 'what refreshTokens.rotate left of extra')
      equal(next?.token.extra, { cnf: { jkt: 'second' } }, 'the extra of the successor of refreshTokens.rotate')
      equal(
        (await storage.accessTokens.find('rotated'))?.token.extra,
        { cnf: { jkt: 'rotated' } },
        'refreshTokens.rotate',
      )
      equal(next?.grant.extra, extra, 'the extra of the grant after refreshTokens.rotate')
    },
}
