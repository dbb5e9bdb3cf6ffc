import type { AuthorizationCodeStore } from '../storage/authorization-code.ts'
import type { Tables } from './tables.ts'

export function authorizationCodeStore({
  authorizationCodes,
  grants,
  accessTokens,
  refreshTokens,
}: Tables): AuthorizationCodeStore {
  return {
    find(id) {
      const code = authorizationCodes.get(id)
      const grant = code && grants.get(code.grantId)
      return code && grant && { code, grant }
    },
    redeem({ id, now, accessToken, refreshToken }) {
      const code = authorizationCodes.get(id)
      const grant = code && grants.get(code.grantId)
      if (!code || !grant) return 'dead'
      if (code.consumedAt !== undefined) return 'replayed'
      if (grant.revokedAt !== undefined) return 'dead'
      accessTokens.requireFree(accessToken?.id)
      refreshTokens.requireFree(refreshToken?.id)
      authorizationCodes.put({ ...code, consumedAt: now })
      if (accessToken) accessTokens.insert(accessToken)
      if (refreshToken) refreshTokens.insert(refreshToken)
      return 'won'
    },
  }
}
