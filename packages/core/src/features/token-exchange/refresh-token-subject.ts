import type { Core } from '../../contracts/core.ts'
import type { TokenRequest } from '../../contracts/grant-type.ts'
import { isLive } from '../../policy/grant.ts'
import { judgeRefreshToken } from '../../policy/refresh-token.ts'
import { grantedResources } from '../../policy/resource.ts'
import type { FoundRefreshToken } from '../../storage/refresh-token.ts'
import { isBoundTo } from '../../tokens/binding.ts'
import { findRefreshToken } from '../../tokens/find-refresh-token.ts'
import { keptResources } from '../../tokens/kept-resources.ts'
import type { Subject, SubjectAccess, SubjectTokenReader } from './exchange.ts'
import { invalidSubject } from './invalid-subject.ts'

/** Refresh tokens of this server, of the client that presents them. The exchange does not use them up. */
export const refreshTokenSubject: SubjectTokenReader = {
  type: 'urn:ietf:params:oauth:token-type:refresh_token',
  read,
}

/** Checks what a refresh would check, so that a token that was exchanged before ends its family here, too. */
async function read(core: Core, { client, binding, instance }: TokenRequest, text: string): Promise<Subject> {
  const found = await findRefreshToken(core, text)
  if (found === undefined) throw invalidSubject('unknown token')
  const { token, grant } = found
  if (grant.clientId !== client.id) throw invalidSubject('the token was issued to another client')
  if (!isBoundTo(token.extra?.cnf, binding, instance)) throw invalidSubject('the token is bound to another key')
  const now = core.clock.now()
  if (!isLive(grant, now)) throw invalidSubject('the grant has ended')
  if (judgeRefreshToken(found, now, core.config.lifetimes.refreshTokenReuseWindow) === 'replay') {
    const ended = await core.storage.grants.revoke({ id: grant.id, now })
    if (ended) core.emit({ type: 'refresh_token.replayed', clientId: client.id, grantId: grant.id, ended })
    throw invalidSubject('the token was used before')
  }
  if (now >= token.expiresAt) throw invalidSubject('the token has expired')
  const { userId, authTime, acr, amr } = grant
  return {
    userId,
    grant,
    ...(authTime !== undefined && { authTime }),
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr }),
    access: accessOf(core, found),
  }
}

/** A refresh token stands for all that the user granted to its client, as at a refresh. */
function accessOf({ config }: Core, { token, grant }: FoundRefreshToken): SubjectAccess {
  const kept = keptResources(token)
  return {
    type: 'refresh_token',
    tokenId: token.id,
    clientId: grant.clientId,
    scope: grant.scope,
    resources: grant.resources.length > 0 ? grant.resources : kept,
    resourcesWithin: (asked) => grantedResources(asked, grant.resources, config, { scope: grant.scope, kept }),
    expiresAt: Math.min(token.expiresAt, grant.expiresAt),
    details: grant.extra?.authorization_details,
    cnf: token.extra?.cnf,
  }
}
