import { sessionIdFor } from '../../claims/session-id.ts'
import type { Core } from '../../contracts/core.ts'
import type { TokenRequest } from '../../contracts/grant-type.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { ClientRecord } from '../../storage/client.ts'
import type { GrantRecord } from '../../storage/grant.ts'
import { verifyIdToken } from '../../tokens/token-kind.ts'
import type { Subject, SubjectTokenReader } from './exchange.ts'

type Claims = Readonly<Record<string, unknown>>

/** ID tokens of this server, for the client that presents them. */
export const idTokenSubject: SubjectTokenReader = {
  type: 'urn:ietf:params:oauth:token-type:id_token',
  read,
}

async function read(core: Core, { client }: TokenRequest, token: string): Promise<Subject> {
  const claims = await verifyIdToken(core, token)
  if (claims === undefined) throw invalid('it must be an ID token of this server that has not expired')
  if (claims.aud !== client.id) throw invalid('it was issued to another client')
  if (client.metadata.subject_type === 'pairwise') {
    // A pairwise sub cannot be turned back into the user.
    throw invalid('its sub is pairwise; present a refresh token instead')
  }
  const userId = claims.sub as string
  const grant = await findGrant(core, client, userId, claims)
  if (grant === undefined) throw invalid('what the user granted to the client has ended')
  const { auth_time, acr, amr } = claims
  return {
    userId,
    grant,
    ...(typeof auth_time === 'number' && { authTime: auth_time }),
    ...(typeof acr === 'string' && { acr }),
    ...(Array.isArray(amr) && { amr: amr as readonly string[] }),
  }
}

/**
 * Finds the live grant that an ID token can have come from. An ID token names no grant; without this check it would
 * outlive the user's withdrawal, the end of the session and the user's removal from the client.
 */
async function findGrant(
  core: Core,
  client: ClientRecord,
  userId: string,
  { iat, sid, auth_time }: Claims,
): Promise<GrantRecord | undefined> {
  const grants = await core.storage.grants.list({ userId, now: core.clock.now() })
  for (const grant of grants) {
    if (grant.clientId !== client.id || !grant.scope.includes('openid')) continue
    if (grant.createdAt > (iat as number) || grant.authTime !== auth_time) continue
    if (sid === undefined || (await sessionIdFor(core, client, grant.sessionId)) === sid) return grant
  }
  return undefined
}

function invalid(problem: string): OAuthError {
  return new OAuthError('invalid_request', `the subject_token is not valid: ${problem}`)
}
