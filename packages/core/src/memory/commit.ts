import type { GrantCommit } from '../storage/grant-store.ts'
import { rememberConsent, requireRememberable } from './consents.ts'
import { isTakeable } from './records.ts'
import { recordKey, type Tables } from './tables.ts'

/** Commits all writes or none. Memory has no roll-back, so everything that can fail comes before the first write. */
export function commit(tables: Tables, writes: GrantCommit): 'won' | 'gone' {
  const { records, grants, authorizationCodes, accessTokens, refreshTokens } = tables
  const { take = [], consent, grant, code, accessToken, refreshToken } = writes
  if (!take.every((one) => isTakeable(tables, one))) return 'gone'
  requireRememberable(tables, consent)
  grants.requireFree(grant?.id)
  authorizationCodes.requireFree(code?.id)
  accessTokens.requireFree(accessToken?.id)
  refreshTokens.requireFree(refreshToken?.id)
  for (const one of take) records.delete(recordKey(one))
  if (consent) rememberConsent(tables, consent)
  if (grant) grants.insert(grant)
  if (code) authorizationCodes.insert(code)
  if (accessToken) accessTokens.insert(accessToken)
  if (refreshToken) refreshTokens.insert(refreshToken)
  return 'won'
}
