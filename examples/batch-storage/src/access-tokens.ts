import type { AccessTokenStore, GrantRecord } from '@oauth/core'
import type { KeyValueStore } from './key-value.ts'
import { read } from './read.ts'
import { accessTokens, grants, revokedJwts } from './tables.ts'
import { transact } from './transaction.ts'

export function accessTokenStore(store: KeyValueStore): AccessTokenStore {
  async function grantOf(id: string | undefined): Promise<{ readonly grant?: GrantRecord }> {
    const grant = id === undefined ? undefined : await read(store, grants, id)
    return grant === undefined ? {} : { grant }
  }

  return {
    insert: (record) => transact(store, (transaction) => transaction.insert(accessTokens, record)),
    async find(id) {
      const token = await read(store, accessTokens, id)
      return token && { token, ...(await grantOf(token.grantId)) }
    },
    delete: (id) =>
      transact(store, async (transaction) => {
        const token = await transaction.get(accessTokens, id)
        if (token !== undefined) transaction.delete(accessTokens, token)
      }),
    revokeJwt: ({ jti, expiresAt }) =>
      transact(store, async (transaction) => {
        if ((await transaction.get(revokedJwts, jti)) !== undefined) return
        await transaction.insert(revokedJwts, { id: jti, expiresAt })
      }),
    async findJwt({ jti, grantId }) {
      const [revoked, grant] = await Promise.all([read(store, revokedJwts, jti), grantOf(grantId)])
      return { revoked: revoked !== undefined, ...grant }
    },
  }
}
