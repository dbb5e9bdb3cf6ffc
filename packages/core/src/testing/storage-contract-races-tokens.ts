import type { Storage } from '../storage/storage.ts'
import { equal, fifty, tally } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import { accessTokenRecord, issueCode, issueRefreshToken, now, refreshTokenRecord } from './storage-fixtures.ts'

const rows: readonly number[] = Array.from({ length: 25 }, (_, row) => row)

/** Calls both functions for each of 25 rows, all fifty at once. Which of the two is called first alternates. */
function pairs<T>(one: (row: number) => Promise<T>, other: (row: number) => Promise<T>): Promise<readonly T[]> {
  return fifty((caller) => {
    const row = caller >> 1
    return (caller + row) % 2 === 0 ? one(row) : other(row)
  })
}

async function readTokens({ accessTokens, refreshTokens }: Storage, row: number) {
  const [access, refresh] = [await accessTokens.find(`a${row}`), await refreshTokens.find(`r${row}`)]
  return {
    tokens: [access?.token.id, refresh?.token.id],
    revoked: [access?.grant?.revokedAt, refresh?.grant.revokedAt],
  }
}

const minted = (row: number) => ({
  accessToken: accessTokenRecord({ id: `a${row}`, grantId: `g${row}` }),
  refreshToken: refreshTokenRecord({ id: `r${row}`, grantId: `g${row}` }),
})

/** Cases in which fifty concurrent callers use two verbs that change the same code or token. */
export const tokenRaceCases: ContractCases = {
  "authorizationCodes.redeem concurrent with grants.revoke, for 25 grants, answers 'won' and writes everything, or 'dead' and writes nothing":
    async (storage) => {
      for (const row of rows)
        await issueCode(storage, { grant: { id: `g${row}` }, code: { id: `c${row}`, grantId: `g${row}` } })
      const outcomes = new Map<number, string>()
      await pairs<unknown>(
        async (row) =>
          outcomes.set(row, await storage.authorizationCodes.redeem({ id: `c${row}`, now, ...minted(row) })),
        async (row) => equal(await storage.grants.revoke({ id: `g${row}`, now }), true, 'grants.revoke'),
      )
      for (const row of rows) {
        const won = outcomes.get(row) === 'won'
        equal([won, outcomes.get(row)], [won, won ? 'won' : 'dead'], 'authorizationCodes.redeem')
        const expected = won
          ? { tokens: [`a${row}`, `r${row}`], revoked: [now, now] }
          : { tokens: [undefined, undefined], revoked: [undefined, undefined] }
        equal(await readTokens(storage, row), expected, `the tokens after '${outcomes.get(row)}', and their grant`)
        const consumedAt = (await storage.authorizationCodes.find(`c${row}`))?.code.consumedAt
        equal(consumedAt, won ? now : undefined, `the code after '${outcomes.get(row)}'`)
      }
    },

  "refreshTokens.rotate concurrent with grants.revoke, for 25 grants, answers 'won' and writes everything, or 'dead' and writes nothing":
    async (storage) => {
      for (const row of rows) await issueRefreshToken(storage, { grant: { id: `g${row}` }, token: { id: `old${row}` } })
      const outcomes = new Map<number, string>()
      await pairs<unknown>(
        async (row) => {
          const { accessToken, refreshToken: successor } = minted(row)
          const rotation = { id: `old${row}`, now, successor, sealedSuccessor: 'sealed', accessToken }
          outcomes.set(row, (await storage.refreshTokens.rotate(rotation)).outcome)
        },
        async (row) => equal(await storage.grants.revoke({ id: `g${row}`, now }), true, 'grants.revoke'),
      )
      for (const row of rows) {
        const won = outcomes.get(row) === 'won'
        equal(outcomes.get(row), won ? 'won' : 'dead', 'refreshTokens.rotate')
        const expected = won
          ? { tokens: [`a${row}`, `r${row}`], revoked: [now, now] }
          : { tokens: [undefined, undefined], revoked: [undefined, undefined] }
        equal(await readTokens(storage, row), expected, `the tokens after '${outcomes.get(row)}', and their grant`)
      }
    },

  'refreshTokens.rotate concurrent with refreshTokens.reuse stores one successor and counts each reuse': async (
    storage,
  ) => {
    await issueRefreshToken(storage, { grant: { id: 'g' } })
    const outcomes = await fifty(async (caller) => {
      const accessToken = accessTokenRecord({ id: `a${caller}`, grantId: 'g' })
      if (caller % 2 === 0) return storage.refreshTokens.reuse({ id: 'refresh', limit: 5, accessToken })
      const successor = refreshTokenRecord({ id: `r${caller}`, grantId: 'g' })
      const rotation = { id: 'refresh', now, successor, sealedSuccessor: `sealed-${caller}`, accessToken }
      const { outcome } = await storage.refreshTokens.rotate(rotation)
      return `rotate: ${outcome}`
    })
    const counts = tally(outcomes)
    equal([counts['rotate: won'], counts['rotate: rotated']], [1, 24], 'outcomes of 25 refreshTokens.rotate')
    const { won = 0 } = counts
    equal(won <= 5, true, `${won} uses of at most five`)
    const winner = outcomes.indexOf('rotate: won')
    const found = await storage.refreshTokens.find('refresh')
    equal([found?.token.reuses, found?.token.successorId], [won, `r${winner}`], 'the count and the successor')
    for (const [caller, outcome] of outcomes.entries()) {
      const wrote = outcome === 'won' || outcome === 'rotate: won'
      equal((await storage.accessTokens.find(`a${caller}`)) !== undefined, wrote, `the access token after '${outcome}'`)
    }
  },

  "authorizationCodes.redeem concurrent with purgeExpired answers 'won' and writes everything, or 'dead' and writes nothing":
    async (storage) => {
      for (const row of rows) {
        const code = { id: `c${row}`, grantId: `g${row}`, expiresAt: now - 1 }
        await issueCode(storage, { grant: { id: `g${row}` }, code })
      }
      const outcomes = new Map<number, string>()
      await pairs<unknown>(
        async (row) =>
          outcomes.set(row, await storage.authorizationCodes.redeem({ id: `c${row}`, now, ...minted(row) })),
        async () => storage.purgeExpired({ now, limit: 2 }),
      )
      for (const row of rows) {
        const won = outcomes.get(row) === 'won'
        equal(outcomes.get(row), won ? 'won' : 'dead', 'authorizationCodes.redeem of an expired code')
        const { tokens } = await readTokens(storage, row)
        const expected = won ? [`a${row}`, `r${row}`] : [undefined, undefined]
        equal(tokens, expected, `the tokens after '${outcomes.get(row)}'`)
      }
    },

  "refreshTokens.rotate concurrent with purgeExpired answers 'won' and writes everything, or 'dead' and writes nothing":
    async (storage) => {
      for (const row of rows) {
        await issueRefreshToken(storage, { grant: { id: `g${row}` }, token: { id: `old${row}`, expiresAt: now - 1 } })
      }
      const outcomes = new Map<number, string>()
      await pairs<unknown>(
        async (row) => {
          const { accessToken, refreshToken: successor } = minted(row)
          const rotation = { id: `old${row}`, now, successor, sealedSuccessor: 'sealed', accessToken }
          outcomes.set(row, (await storage.refreshTokens.rotate(rotation)).outcome)
        },
        async () => storage.purgeExpired({ now, limit: 2 }),
      )
      for (const row of rows) {
        const won = outcomes.get(row) === 'won'
        equal(outcomes.get(row), won ? 'won' : 'dead', 'refreshTokens.rotate of an expired token')
        const { tokens } = await readTokens(storage, row)
        const expected = won ? [`a${row}`, `r${row}`] : [undefined, undefined]
        equal(tokens, expected, `the tokens after '${outcomes.get(row)}'`)
      }
    },
}
