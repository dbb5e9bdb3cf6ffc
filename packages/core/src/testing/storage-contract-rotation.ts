import type { RefreshRotation } from '../storage/refresh-token.ts'
import { equal, fifty, rejects, tally } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import {
  accessTokenRecord,
  difficultText,
  grantRecord,
  issueRefreshToken,
  longText,
  now,
  refreshTokenRecord,
  withTokenGrant,
} from './storage-fixtures.ts'

function rotation(members: Partial<RefreshRotation> = {}): RefreshRotation {
  return {
    id: 'refresh',
    now: now + 10,
    successor: refreshTokenRecord({ id: 'next', createdAt: now + 10 }),
    sealedSuccessor: 'sealed',
    sealedUntil: now + 40,
    ...members,
  }
}

const rotated = refreshTokenRecord({
  rotatedAt: now + 10,
  successorId: 'next',
  sealedSuccessor: 'sealed',
  sealedUntil: now + 40,
})

export const rotationCases: ContractCases = {
  'refreshTokens.rotate marks the token as rotated and adds the successor and the access token': async (storage) => {
    await issueRefreshToken(storage)
    const accessToken = accessTokenRecord({ grantId: 'grant' })
    const sealedSuccessor = difficultText + longText
    const outcome = await storage.refreshTokens.rotate(rotation({ accessToken, sealedSuccessor }))
    equal(outcome, { outcome: 'won' }, 'refreshTokens.rotate')
    const grant = grantRecord()
    const old = { token: { ...rotated, sealedSuccessor }, grant, successorRotated: false }
    equal(await storage.refreshTokens.find('refresh'), old, 'the rotated token')
    const next = { token: rotation().successor, grant, successorRotated: false }
    equal(await storage.refreshTokens.find('next'), next, 'the successor')
    const access = withTokenGrant(await storage.accessTokens.find('access'))
    equal(access, withTokenGrant({ token: accessToken, grant }), 'the access token')
  },

  "refreshTokens.rotate answers 'won' for an expired token, since the server checks expiry and not the adapter": async (
    storage,
  ) => {
    await issueRefreshToken(storage, { grant: { expiresAt: 1 }, token: { expiresAt: 1 } })
    equal(await storage.refreshTokens.rotate(rotation()), { outcome: 'won' }, 'refreshTokens.rotate')
  },

  'refreshTokens.find answers whether the successor has itself been rotated': async (storage) => {
    await issueRefreshToken(storage)
    const { rotate, find } = storage.refreshTokens
    await rotate(rotation())
    equal((await find('refresh'))?.successorRotated, false, 'after one rotation')
    const third = refreshTokenRecord({ id: 'third', predecessorId: 'next' })
    const second = rotation({ id: 'next', successor: third, predecessorId: 'refresh', sealedSuccessor: 'sealed 2' })
    equal(await rotate(second), { outcome: 'won' }, 'the rotation of the successor')
    equal((await find('refresh'))?.successorRotated, true, 'after two rotations')
    equal((await find('next'))?.successorRotated, false, 'of the successor')
    const late = await rotate(rotation({ successor: refreshTokenRecord({ id: 'late' }) }))
    const { sealedSuccessor: _sealed, sealedUntil: _until, ...token } = rotated
    const expected = { outcome: 'rotated', token, grant: grantRecord(), successorRotated: true }
    equal(late, expected, 'refreshTokens.rotate of the oldest')
  },

  "refreshTokens.rotate answers 'rotated' with the stored token for a rotated token, and writes nothing": async (
    storage,
  ) => {
    await issueRefreshToken(storage)
    await storage.refreshTokens.rotate(rotation())
    const again = rotation({
      now: now + 20,
      successor: refreshTokenRecord({ id: 'second' }),
      sealedSuccessor: 'other',
      accessToken: accessTokenRecord({ grantId: 'grant' }),
    })
    const expected = { outcome: 'rotated', token: rotated, grant: grantRecord(), successorRotated: false }
    equal(await storage.refreshTokens.rotate(again), expected, 'refreshTokens.rotate again')
    equal((await storage.refreshTokens.find('refresh'))?.token, rotated, 'the token')
    equal(await storage.refreshTokens.find('second'), undefined, 'the second successor')
    equal(await storage.accessTokens.find('access'), undefined, 'the access token')
  },

  "refreshTokens.rotate answers 'dead' for an unknown token or a revoked grant and writes nothing": async (storage) => {
    await issueRefreshToken(storage)
    await issueRefreshToken(storage, { grant: { id: 'g2' }, token: { id: 'r2', rotatedAt: now, successorId: 'x' } })
    await storage.grants.revoke({ id: 'grant', now })
    await storage.grants.revoke({ id: 'g2', now })
    const accessToken = accessTokenRecord({ grantId: 'grant' })
    const { rotate, find } = storage.refreshTokens
    equal(await rotate(rotation({ accessToken })), { outcome: 'dead' }, 'under a revoked grant')
    equal(await rotate(rotation({ accessToken, id: 'r2' })), { outcome: 'dead' }, 'a rotated one under a revoked grant')
    equal(await rotate(rotation({ accessToken, id: 'Refresh' })), { outcome: 'dead' }, 'of an unknown token')
    equal((await find('refresh'))?.token, refreshTokenRecord(), 'the token is not rotated')
    equal(await find('next'), undefined, 'the successor')
    equal(await storage.accessTokens.find('access'), undefined, 'the access token')
  },

  'refreshTokens.rotate of one token is won by exactly one of fifty concurrent callers, and the others get the winner’s successor':
    async (storage) => {
      await issueRefreshToken(storage)
      const outcomes = await fifty((caller) =>
        storage.refreshTokens.rotate(
          rotation({
            now: now + caller,
            successor: refreshTokenRecord({ id: `n${caller}` }),
            sealedSuccessor: `sealed-${caller}`,
            accessToken: accessTokenRecord({ id: `a${caller}`, grantId: 'grant' }),
          }),
        ),
      )
      equal(
        tally(outcomes.map(({ outcome }) => outcome)),
        { won: 1, rotated: 49 },
        'outcomes of fifty refreshTokens.rotate',
      )
      const winner = outcomes.findIndex(({ outcome }) => outcome === 'won')
      const sealed = { sealedSuccessor: `sealed-${winner}`, sealedUntil: now + 40 }
      const token = { rotatedAt: now + winner, successorId: `n${winner}`, ...sealed }
      const expected = { token: refreshTokenRecord(token), grant: grantRecord(), successorRotated: false }
      for (const [caller, outcome] of outcomes.entries()) {
        if (caller !== winner) equal(outcome, { outcome: 'rotated', ...expected }, `what caller ${caller} got`)
      }
      equal(await storage.refreshTokens.find('refresh'), expected, 'the rotated token')
      const rows: string[] = []
      for (let caller = 0; caller < 50; caller += 1) {
        if (await storage.refreshTokens.find(`n${caller}`)) rows.push(`n${caller}`)
        if (await storage.accessTokens.find(`a${caller}`)) rows.push(`a${caller}`)
      }
      equal(rows, [`n${winner}`, `a${winner}`], 'the tokens that exist')
    },

  'refreshTokens.rotate that fails writes nothing, and the token can still be rotated': async (storage) => {
    await issueRefreshToken(storage)
    await issueRefreshToken(storage, { grant: { id: 'g2' }, token: { id: 'taken', grantId: 'g2' } })
    await storage.accessTokens.insert(accessTokenRecord({ id: 'taken' }))
    const accessToken = accessTokenRecord({ grantId: 'grant' })
    const { rotate, find } = storage.refreshTokens
    const takenAccess = rotation({ accessToken: { ...accessToken, id: 'taken' } })
    await rejects(() => rotate(takenAccess), 'refreshTokens.rotate with a taken access token id')
    const takenRefresh = rotation({ accessToken, successor: refreshTokenRecord({ id: 'taken' }) })
    await rejects(() => rotate(takenRefresh), 'refreshTokens.rotate with a taken refresh token id')
    equal((await find('refresh'))?.token, refreshTokenRecord(), 'the token is not rotated')
    equal(await find('next'), undefined, 'the successor')
    equal(await storage.accessTokens.find('access'), undefined, 'the access token')
    equal((await find('taken'))?.grant.id, 'g2', 'the refresh token that was there')
    equal(await rotate(rotation({ accessToken })), { outcome: 'won' }, 'refreshTokens.rotate after the failures')
  },

  'refreshTokens.rotate concurrent with grants.revoke leaves no live grant': async (storage) => {
    await issueRefreshToken(storage)
    const accessToken = accessTokenRecord({ grantId: 'grant' })
    const [rotationOutcome, revoked] = await Promise.all([
      (async () => storage.refreshTokens.rotate(rotation({ accessToken })))(),
      (async () => storage.grants.revoke({ id: 'grant', now }))(),
    ])
    equal(revoked, true, 'grants.revoke')
    equal((await storage.grants.find('grant'))?.revokedAt, now, 'the grant')
    const successor = await storage.refreshTokens.find('next')
    const won = rotationOutcome.outcome === 'won'
    equal(
      successor?.grant.revokedAt,
      won ? now : undefined,
      `the grant of the successor after '${rotationOutcome.outcome}'`,
    )
    const found = await storage.accessTokens.find('access')
    equal(found?.grant?.revokedAt, won ? now : undefined, 'the grant of the access token')
    const next = rotation({ id: 'next', successor: refreshTokenRecord({ id: 'third' }) })
    equal(await storage.refreshTokens.rotate(next), { outcome: 'dead' }, 'a rotation of the successor')
  },
}
