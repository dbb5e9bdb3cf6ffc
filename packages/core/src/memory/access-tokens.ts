import type { AccessTokenStore } from '../storage/access-token.ts'
import type { GrantRecord } from '../storage/grant.ts'
import type { Tables } from './tables.ts'

export function accessTokenStore({ accessTokens, grants, revokedJwts }: Tables): AccessTokenStore {
  function grantOf(id: string | undefined): { readonly grant?: GrantRecord } {
    const grant = id === undefined ? undefined : grants.get(id)
    return grant ? { grant } : {}
  }

  return {
    insert: (record) => accessTokens.insert(record),
    find(id) {
      const token = accessTokens.get(id)
      return token && { token, ...grantOf(token.grantId) }
    },
    delete(id) {
      accessTokens.delete(id)
    },
    revokeJwt({ jti, expiresAt }) {
      if (!revokedJwts.has(jti)) revokedJwts.insert({ id: jti, expiresAt })
    },
    findJwt: ({ jti, grantId }) => ({ revoked: revokedJwts.has(jti), ...grantOf(grantId) }),
  }
}
