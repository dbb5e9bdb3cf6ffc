import type { AuthorizationCodeStore } from '@oauth/core'
import type { KeyValueStore } from './key-value.ts'
import { read } from './read.ts'
import { accessTokens, codes, grants, refreshTokens } from './tables.ts'
import { transact } from './transaction.ts'

export function authorizationCodeStore(store: KeyValueStore): AuthorizationCodeStore {
  return {
    async find(id) {
      const code = await read(store, codes, id)
      const grant = code && (await read(store, grants, code.grantId))
      return code && grant && { code, grant }
    },
    redeem: ({ id, now, accessToken, refreshToken }) =>
      transact(store, async (transaction) => {
        const code = await transaction.get(codes, id)
        // The grant is a condition of the batch. If it is revoked meanwhile, the verb runs again and finds the revoked grant.
        const grant = code && (await transaction.get(grants, code.grantId))
        if (code === undefined || grant === undefined) return 'dead'
        if (code.consumedAt !== undefined) return 'replayed'
        if (grant.revokedAt !== undefined) return 'dead'
        transaction.put(codes, code, { ...code, consumedAt: now })
        if (accessToken !== undefined) await transaction.insert(accessTokens, accessToken)
        if (refreshToken !== undefined) await transaction.insert(refreshTokens, refreshToken)
        return 'won'
      }),
  }
}
