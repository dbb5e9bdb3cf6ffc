import type { FoundRefreshToken, RefreshTokenRecord, RefreshTokenStore } from '../storage/refresh-token.ts'
import type { Tables } from './tables.ts'

/** Returns the token without its sealed successor. */
export function withoutSeal(token: RefreshTokenRecord): RefreshTokenRecord {
  const { sealedSuccessor: _sealed, sealedUntil: _until, ...rest } = token
  return rest
}

export function refreshTokenStore({ refreshTokens, accessTokens, grants }: Tables): RefreshTokenStore {
  function find(id: string): FoundRefreshToken | undefined {
    const token = refreshTokens.get(id)
    const grant = token && grants.get(token.grantId)
    if (!token || !grant) return undefined
    const successor = token.successorId === undefined ? undefined : refreshTokens.get(token.successorId)
    return { token, grant, successorRotated: successor?.rotatedAt !== undefined }
  }

  return {
    find,
    rotate({ id, now, successor, predecessorId, sealedSuccessor, sealedUntil, accessToken }) {
      const found = find(id)
      if (!found || found.grant.revokedAt !== undefined) return { outcome: 'dead' }
      if (found.token.rotatedAt !== undefined) return { outcome: 'rotated', ...found }
      refreshTokens.requireFree(successor.id)
      accessTokens.requireFree(accessToken?.id)
      refreshTokens.put({
        ...found.token,
        rotatedAt: now,
        successorId: successor.id,
        ...(sealedSuccessor !== undefined && { sealedSuccessor }),
        ...(sealedUntil !== undefined && { sealedUntil }),
      })
      const predecessor = predecessorId === undefined ? undefined : refreshTokens.get(predecessorId)
      if (predecessor) refreshTokens.put(withoutSeal(predecessor))
      refreshTokens.insert(successor)
      if (accessToken) accessTokens.insert(accessToken)
      return { outcome: 'won' }
    },
    reuse({ id, limit, accessToken }) {
      const token = refreshTokens.get(id)
      if (!token || token.rotatedAt === undefined || token.reuses >= limit) return 'exhausted'
      accessTokens.requireFree(accessToken?.id)
      refreshTokens.put({ ...token, reuses: token.reuses + 1 })
      if (accessToken) accessTokens.insert(accessToken)
      return 'won'
    },
  }
}
