import { equal, fifty, rejects, tally } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import {
  accessTokenRecord,
  codeRecord,
  grantRecord,
  issueCode,
  now,
  refreshTokenRecord,
  withTokenGrant,
} from './storage-fixtures.ts'

const accessToken = accessTokenRecord({ grantId: 'grant' })
const refreshToken = refreshTokenRecord()

export const redemptionCases: ContractCases = {
  'authorizationCodes.redeem consumes the code and adds the tokens': async (storage) => {
    await issueCode(storage)
    const outcome = await storage.authorizationCodes.redeem({ id: 'code', now: now + 4, accessToken, refreshToken })
    equal(outcome, 'won', 'authorizationCodes.redeem')
    const grant = grantRecord()
    const consumed = codeRecord({ consumedAt: now + 4 })
    equal(await storage.authorizationCodes.find('code'), { code: consumed, grant }, 'the code stays, consumed')
    const access = withTokenGrant(await storage.accessTokens.find('access'))
    equal(access, withTokenGrant({ token: accessToken, grant }), 'the access token')
    const found = { token: refreshToken, grant, successorRotated: false }
    equal(await storage.refreshTokens.find('refresh'), found, 'the refresh token')
  },

  "authorizationCodes.redeem answers 'won' for an expired code, since the server checks expiry and not the adapter":
    async (storage) => {
      await issueCode(storage, { grant: { expiresAt: 1 }, code: { expiresAt: 1 } })
      equal(await storage.authorizationCodes.redeem({ id: 'code', now }), 'won', 'authorizationCodes.redeem')
    },

  'authorizationCodes.redeem works without tokens, and with an access token or a refresh token alone': async (
    storage,
  ) => {
    for (const id of ['none', 'access', 'refresh'])
      await issueCode(storage, { grant: { id }, code: { id, grantId: id } })
    const token = accessTokenRecord({ grantId: 'access' })
    const refresh = refreshTokenRecord({ grantId: 'refresh' })
    const { redeem } = storage.authorizationCodes
    equal(await redeem({ id: 'none', now }), 'won', 'without tokens')
    equal(await redeem({ id: 'access', now, accessToken: token }), 'won', 'with an access token')
    equal(await redeem({ id: 'refresh', now, refreshToken: refresh }), 'won', 'with a refresh token')
    equal((await storage.accessTokens.find('access'))?.token, token, 'the access token')
    equal((await storage.refreshTokens.find('refresh'))?.token, refresh, 'the refresh token')
  },

  "authorizationCodes.redeem answers 'replayed' for a consumed code and writes nothing": async (storage) => {
    await issueCode(storage)
    await storage.authorizationCodes.redeem({ id: 'code', now: now + 1 })
    const replay = { id: 'code', now: now + 2, accessToken, refreshToken }
    equal(await storage.authorizationCodes.redeem(replay), 'replayed', 'authorizationCodes.redeem again')
    equal((await storage.authorizationCodes.find('code'))?.code.consumedAt, now + 1, 'the first time stays')
    equal(await storage.accessTokens.find('access'), undefined, 'the access token')
    equal(await storage.refreshTokens.find('refresh'), undefined, 'the refresh token')
    await storage.grants.revoke({ id: 'grant', now })
    equal(await storage.authorizationCodes.redeem(replay), 'replayed', 'it stays a replay when the grant is revoked')
  },

  "authorizationCodes.redeem answers 'dead' for an unknown code or a revoked grant and writes nothing": async (
    storage,
  ) => {
    await issueCode(storage)
    await storage.grants.revoke({ id: 'grant', now })
    const redemption = { id: 'code', now, accessToken, refreshToken }
    equal(await storage.authorizationCodes.redeem(redemption), 'dead', 'under a revoked grant')
    equal(await storage.authorizationCodes.redeem({ ...redemption, id: 'unknown' }), 'dead', 'of an unknown code')
    equal((await storage.authorizationCodes.find('code'))?.code, codeRecord(), 'the code is not consumed')
    equal(await storage.accessTokens.find('access'), undefined, 'the access token')
    equal(await storage.refreshTokens.find('refresh'), undefined, 'the refresh token')
  },

  'authorizationCodes.redeem of one code is won by exactly one of fifty concurrent callers': async (storage) => {
    await issueCode(storage)
    const outcomes = await fifty((caller) =>
      storage.authorizationCodes.redeem({
        id: 'code',
        now: now + caller,
        accessToken: accessTokenRecord({ id: `a${caller}`, grantId: 'grant' }),
        refreshToken: refreshTokenRecord({ id: `r${caller}` }),
      }),
    )
    equal(tally(outcomes), { won: 1, replayed: 49 }, 'outcomes of fifty authorizationCodes.redeem')
    const winner = outcomes.indexOf('won')
    const tokens: string[] = []
    for (let caller = 0; caller < 50; caller += 1) {
      if (await storage.accessTokens.find(`a${caller}`)) tokens.push(`a${caller}`)
      if (await storage.refreshTokens.find(`r${caller}`)) tokens.push(`r${caller}`)
    }
    equal(tokens, [`a${winner}`, `r${winner}`], 'the tokens that exist')
    equal((await storage.authorizationCodes.find('code'))?.code.consumedAt, now + winner, 'the time of the winner')
  },

  'authorizationCodes.redeem that fails writes nothing, and the code can still be redeemed': async (storage) => {
    await issueCode(storage)
    const taken = accessTokenRecord({ id: 'taken', scope: ['taken'] })
    await storage.accessTokens.insert(taken)
    const failing = { id: 'code', now, accessToken: accessTokenRecord({ id: 'taken', grantId: 'grant' }), refreshToken }
    await rejects(
      () => storage.authorizationCodes.redeem(failing),
      'authorizationCodes.redeem with a taken access token id',
    )
    equal((await storage.authorizationCodes.find('code'))?.code, codeRecord(), 'the code is not consumed')
    equal(await storage.refreshTokens.find('refresh'), undefined, 'the refresh token')
    equal(await storage.accessTokens.find('taken'), { token: taken }, 'the access token that was there')

    await issueCode(storage, { grant: { id: 'g2' }, code: { id: 'c2', grantId: 'g2' } })
    await storage.authorizationCodes.redeem({
      id: 'c2',
      now,
      refreshToken: refreshTokenRecord({ id: 'r2', grantId: 'g2' }),
    })
    const other = { id: 'code', now, accessToken, refreshToken: refreshTokenRecord({ id: 'r2' }) }
    await rejects(
      () => storage.authorizationCodes.redeem(other),
      'authorizationCodes.redeem with a taken refresh token id',
    )
    equal((await storage.authorizationCodes.find('code'))?.code, codeRecord(), 'the code is not consumed either')
    equal(await storage.accessTokens.find('access'), undefined, 'the access token of the failed redemption')
    equal((await storage.refreshTokens.find('r2'))?.grant.id, 'g2', 'the refresh token that was there')

    const good = { id: 'code', now, accessToken, refreshToken }
    equal(await storage.authorizationCodes.redeem(good), 'won', 'authorizationCodes.redeem after the failures')
  },

  'authorizationCodes.redeem concurrent with grants.revoke leaves no live grant': async (storage) => {
    await issueCode(storage)
    const [outcome, revoked] = await Promise.all([
      (async () => storage.authorizationCodes.redeem({ id: 'code', now, accessToken }))(),
      (async () => storage.grants.revoke({ id: 'grant', now }))(),
    ])
    equal(revoked, true, 'grants.revoke')
    const found = await storage.accessTokens.find('access')
    equal(found?.token, outcome === 'won' ? accessToken : undefined, `the access token after '${outcome}'`)
    equal((await storage.grants.find('grant'))?.revokedAt, now, 'the grant')
    equal(found?.grant?.revokedAt, outcome === 'won' ? now : undefined, 'the grant that comes with the token')
  },
}
