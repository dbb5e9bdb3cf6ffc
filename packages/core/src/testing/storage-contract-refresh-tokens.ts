import type { RefreshTokenRecord } from '../storage/refresh-token.ts'
import { equal, fifty, rejects, tally } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import {
  accessTokenRecord,
  grantRecord,
  issueRefreshToken,
  longText,
  lookalikes,
  now,
  refreshTokenRecord,
  withTokenGrant,
} from './storage-fixtures.ts'

const rotated = { rotatedAt: now, successorId: 'next', sealedSuccessor: 'sealed' }

export const refreshTokenCases: ContractCases = {
  'refreshTokens.find returns every member of a token and of its grant exactly as it was stored': async (storage) => {
    const grant = grantRecord({ sessionId: 's', authTime: 5, acr: 'a', amr: ['pwd'], referenceId: 'r' })
    await issueRefreshToken(storage, { grant, token: { expiresAt: 1 } })
    const minimal = { token: refreshTokenRecord({ expiresAt: 1 }), grant, successorRotated: false }
    equal(await storage.refreshTokens.find('refresh'), minimal, 'refreshTokens.find of the minimal, expired token')
    equal(await storage.refreshTokens.find('nothing'), undefined, 'refreshTokens.find of an unknown id')

    const full: RefreshTokenRecord = refreshTokenRecord({
      id: 'full',
      grantId: 'g2',
      rotatedAt: now + 1,
      successorId: 'of-no-token',
      predecessorId: 'of-no-token-either',
      sealedSuccessor: longText,
      sealedUntil: now + 31,
      reuses: 3,
    })
    const revoked = grantRecord({ id: 'g2', revokedAt: now })
    await issueRefreshToken(storage, { grant: { id: 'g2' }, token: full })
    await storage.grants.revoke({ id: 'g2', now })
    const found = { token: full, grant: revoked, successorRotated: false }
    equal(
      await storage.refreshTokens.find('full'),
      found,
      'refreshTokens.find of the full token that authorizationCodes.redeem added, under a revoked grant',
    )
  },

  'refreshTokens compares ids byte for byte': async (storage) => {
    for (const id of lookalikes) await issueRefreshToken(storage, { grant: { id }, token: { id, ...rotated } })
    for (const id of lookalikes) {
      const found = await storage.refreshTokens.find(id)
      equal([found?.token.id, found?.grant.id], [id, id], `the token and the grant of "${id}"`)
    }
    equal(await storage.refreshTokens.find('aBC-1'), undefined, 'refreshTokens.find of an id in another case')
    const [first = '', ...others] = lookalikes
    equal(await storage.refreshTokens.reuse({ id: first, limit: 1 }), 'won', 'refreshTokens.reuse')
    for (const id of others) equal((await storage.refreshTokens.find(id))?.token.reuses, 0, `the reuses of "${id}"`)
  },

  'refreshTokens.reuse counts up to the limit and adds the access token': async (storage) => {
    await issueRefreshToken(storage, { token: rotated })
    const { reuse } = storage.refreshTokens
    const token = accessTokenRecord({ grantId: 'grant' })
    equal(await reuse({ id: 'refresh', limit: 2, accessToken: token }), 'won', 'the first reuse')
    const access = withTokenGrant(await storage.accessTokens.find('access'))
    equal(access, withTokenGrant({ token, grant: grantRecord() }), 'its access token')
    equal(await reuse({ id: 'refresh', limit: 2 }), 'won', 'the second reuse, without an access token')
    const third = { id: 'refresh', limit: 2, accessToken: accessTokenRecord({ id: 'third', grantId: 'grant' }) }
    equal(await reuse(third), 'exhausted', 'the third reuse')
    equal(await storage.accessTokens.find('third'), undefined, 'the access token of the third')
    const found = {
      token: refreshTokenRecord({ ...rotated, reuses: 2 }),
      grant: grantRecord(),
      successorRotated: false,
    }
    equal(await storage.refreshTokens.find('refresh'), found, 'the token: nothing but the count has changed')
    equal(await reuse({ id: 'refresh', limit: 0 }), 'exhausted', 'a limit of none')
  },

  "refreshTokens.reuse answers 'exhausted' for a token that is unknown or not rotated, and writes nothing": async (
    storage,
  ) => {
    await issueRefreshToken(storage)
    const accessToken = accessTokenRecord({ grantId: 'grant' })
    equal(await storage.refreshTokens.reuse({ id: 'unknown', limit: 9, accessToken }), 'exhausted', 'an unknown token')
    equal(
      await storage.refreshTokens.reuse({ id: 'refresh', limit: 9, accessToken }),
      'exhausted',
      'an unrotated token',
    )
    equal(await storage.accessTokens.find('access'), undefined, 'the access token')
    equal((await storage.refreshTokens.find('refresh'))?.token, refreshTokenRecord(), 'the unrotated token')
  },

  'refreshTokens.reuse by fifty concurrent callers stays within the limit': async (storage) => {
    await issueRefreshToken(storage, { token: rotated })
    const outcomes = await fifty((caller) =>
      storage.refreshTokens.reuse({
        id: 'refresh',
        limit: 7,
        accessToken: accessTokenRecord({ id: `a${caller}`, grantId: 'grant' }),
      }),
    )
    equal(tally(outcomes), { won: 7, exhausted: 43 }, 'outcomes of fifty refreshTokens.reuse')
    equal((await storage.refreshTokens.find('refresh'))?.token.reuses, 7, 'the count')
    const minted = await fifty(async (caller) => (await storage.accessTokens.find(`a${caller}`)) !== undefined)
    equal(
      minted,
      outcomes.map((outcome) => outcome === 'won'),
      'an access token for each that won, and for nobody else',
    )
  },

  'refreshTokens.reuse that fails does not count': async (storage) => {
    await issueRefreshToken(storage, { token: rotated })
    await storage.accessTokens.insert(accessTokenRecord())
    const failing = { id: 'refresh', limit: 9, accessToken: accessTokenRecord({ grantId: 'grant' }) }
    await rejects(() => storage.refreshTokens.reuse(failing), 'refreshTokens.reuse with a taken access token id')
    equal((await storage.refreshTokens.find('refresh'))?.token.reuses, 0, 'the count')
    equal(await storage.accessTokens.find('access'), { token: accessTokenRecord() }, 'the access token that was there')
  },
}
