import type { FoundRefreshToken, RefreshTokenRecord, RefreshTokenStore, RotationOutcome } from '@oauth/core'
import type { KeyValueStore } from './key-value.ts'
import { read } from './read.ts'
import { accessTokens, grants, refreshTokens } from './tables.ts'
import { transact } from './transaction.ts'

/** A token without its sealed successor. */
export function withoutSeal(token: RefreshTokenRecord): RefreshTokenRecord {
  const { sealedSuccessor: _sealed, sealedUntil: _until, ...rest } = token
  return rest
}

export function refreshTokenStore(store: KeyValueStore): RefreshTokenStore {
  async function find(id: string): Promise<FoundRefreshToken | undefined> {
    const token = await read(store, refreshTokens, id)
    if (token === undefined) return undefined
    const [grant, successor] = await Promise.all([
      read(store, grants, token.grantId),
      token.successorId === undefined ? undefined : read(store, refreshTokens, token.successorId),
    ])
    return grant && { token, grant, successorRotated: successor?.rotatedAt !== undefined }
  }

  return {
    find,
    async rotate({ id, now, successor, predecessorId, accessToken, ...sealed }): Promise<RotationOutcome> {
      const outcome = await transact(store, async (transaction) => {
        const token = await transaction.get(refreshTokens, id)
        const grant = token && (await transaction.get(grants, token.grantId))
        if (token === undefined || grant === undefined || grant.revokedAt !== undefined) return 'dead'
        if (token.rotatedAt !== undefined) return 'rotated'
        transaction.put(refreshTokens, token, { ...token, rotatedAt: now, successorId: successor.id, ...sealed })
        const before = predecessorId === undefined ? undefined : await transaction.get(refreshTokens, predecessorId)
        if (before?.sealedSuccessor !== undefined) transaction.put(refreshTokens, before, withoutSeal(before))
        await transaction.insert(refreshTokens, successor)
        if (accessToken !== undefined) await transaction.insert(accessTokens, accessToken)
        return 'won'
      })
      if (outcome !== 'rotated') return { outcome }
      const found = await find(id)
      return found === undefined ? { outcome: 'dead' } : { outcome, ...found }
    },
    reuse: ({ id, limit, accessToken }) =>
      transact(store, async (transaction) => {
        const token = await transaction.get(refreshTokens, id)
        if (token?.rotatedAt === undefined || token.reuses >= limit) return 'exhausted'
        transaction.put(refreshTokens, token, { ...token, reuses: token.reuses + 1 })
        if (accessToken !== undefined) await transaction.insert(accessTokens, accessToken)
        return 'won'
      }),
  }
}
