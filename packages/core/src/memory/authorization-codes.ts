import type { AuthorizationCodeStore } from '../storage/authorization-code.ts'
import { rememberConsent, requireRememberable } from './consents.ts'
import type { Tables } from './tables.ts'

export function authorizationCodeStore(tables: Tables): AuthorizationCodeStore {
  const { authorizationCodes, interactions, grants, accessTokens, refreshTokens } = tables
  return {
    issue({ grant, code, consent, interactionId }) {
      if (interactionId !== undefined && !interactions.has(interactionId)) return 'gone'
      // Everything that can fail comes before the first write: there is no roll-back.
      grants.requireFree(grant.id)
      authorizationCodes.requireFree(code.id)
      requireRememberable(tables, consent)
      if (interactionId !== undefined) interactions.delete(interactionId)
      if (consent) rememberConsent(tables, consent)
      grants.insert(grant)
      authorizationCodes.insert(code)
      return 'won'
    },
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
