import type { Core } from '../../contracts/core.ts'
import type { TokenRequest } from '../../contracts/grant-type.ts'
import { isLive } from '../../policy/grant.ts'
import { judgeRefreshToken } from '../../policy/refresh-token.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { isBoundTo } from '../../tokens/binding.ts'
import { findRefreshToken } from '../../tokens/find-refresh-token.ts'
import type { Subject, SubjectTokenReader } from './exchange.ts'

/** Refresh tokens of this server, of the client that presents them. The exchange does not use them up. */
export const refreshTokenSubject: SubjectTokenReader = {
  type: 'urn:ietf:params:oauth:token-type:refresh_token',
  read,
}

/** Checks what a refresh would check, so that a token that was exchanged before ends its family here, too. */
async function read(core: Core, { client, binding, instance }: TokenRequest, text: string): Promise<Subject> {
  const found = await findRefreshToken(core, text)
  if (found === undefined) throw invalid('unknown token')
  const { token, grant } = found
  if (grant.clientId !== client.id) throw invalid('the token was issued to another client')
  if (!isBoundTo(token.extra?.cnf, binding, instance)) throw invalid('the token is bound to another key')
  const now = core.clock.now()
  if (!isLive(grant, now)) throw invalid('the grant has ended')
  if (judgeRefreshToken(found, now, core.config.lifetimes.refreshTokenReuseWindow) === 'replay') {
    const ended = await core.storage.grants.revoke({ id: grant.id, now })
    if (ended) core.emit({ type: 'refresh_token.replayed', clientId: client.id, grantId: grant.id, ended })
    throw invalid('the token was used before')
  }
  if (now >= token.expiresAt) throw invalid('the token has expired')
  // The user has to have signed in at the client: a refresh token without openid is no identity.
  if (!grant.scope.includes('openid')) throw invalid('the grant does not have the scope openid')
  const { userId, authTime, acr, amr } = grant
  return {
    userId,
    grant,
    ...(authTime !== undefined && { authTime }),
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr }),
  }
}

/** Makes the same answer for every fault. Only the event tells the reason. */
function invalid(cause: string): OAuthError {
  return new OAuthError('invalid_request', 'the subject_token is invalid, expired or revoked', { cause })
}
