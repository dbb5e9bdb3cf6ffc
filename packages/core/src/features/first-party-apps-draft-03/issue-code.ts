import type { Core } from '../../contracts/core.ts'
import type { Session } from '../../contracts/host.ts'
import { createCredential } from '../../crypto/credential.ts'
import { requireSupport } from '../../policy/client-support.ts'
import { atMost, demandsOn } from '../../policy/demands.ts'
import type { AuthorizationRequest } from '../../protocol/authorization-request.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { ClientRecord } from '../../storage/client.ts'
import type { Extra } from '../../storage/extra.ts'
import type { RecordTake } from '../../storage/record.ts'
import { markClientUsed } from '../../tokens/mark-client-used.ts'
import { invalidSession } from './auth-session.ts'

/** A user whom the host has authenticated, and the request that is granted. */
export interface Authorized {
  readonly client: ClientRecord
  readonly request: AuthorizationRequest
  readonly userId: string
  readonly session: Session
  /** When the HTTP request began, in seconds since the epoch. What was withdrawn from then on ends it. */
  readonly beganAt: number
  /** The session that the code uses up. */
  readonly take: readonly RecordTake[]
}

/**
 * Stores a grant and its code, and uses the session up, all or nothing.
 * @returns the authorization code
 * @throws {OAuthError} `access_denied` without a user or when access was withdrawn; `invalid_session` when another request
 * has used the session up
 */
export async function issueCode(core: Core, authorized: Authorized): Promise<string> {
  const { client, request, userId, session, beganAt, take } = authorized
  const withdrawals = await core.knownWithdrawals(client, userId, beganAt)
  if ((await core.config.authentication.getUser(userId)) == null) {
    throw new OAuthError('access_denied', 'the user is not available')
  }
  requireSupport(core, client, request.scope)
  const { scope, resources, claims } = request
  const extra = await core.approveParameters(request.extra, { client, userId, session })
  const newGrant = core.grantFor({
    ...{ client, userId, session, scope, resources, withdrawals, via: 'firstPartyApps' },
    ...(claims !== undefined && { claims }),
    ...(extra !== undefined && { extra }),
  })
  const now = core.clock.now()
  const credential = await createCredential('c', core.config.issuer, now, core.random)
  const keptWithCode = extraOfCode(core, request.extra)
  const code = {
    id: credential.id,
    secretHash: credential.secretHash,
    grantId: newGrant.grant.id,
    redirectUri: request.redirectUri ?? '',
    // The request has no redirect URI that the token request would have to repeat.
    redirectUriSent: false,
    ...(request.codeChallenge !== undefined && { codeChallenge: request.codeChallenge }),
    ...(request.nonce !== undefined && { nonce: request.nonce }),
    ...(keptWithCode !== undefined && { extra: keptWithCode }),
    createdAt: now,
    expiresAt: now + atMost(core.config.lifetimes.authorizationCode, demandsOn(core, client).codeLifetime),
  }
  if ((await core.commitGrant(newGrant, { code, take })) === 'gone') {
    throw invalidSession('another request with the session came first')
  }
  core.emit({ type: 'code.issued', clientId: client.id, userId, grantId: newGrant.grant.id })
  await markClientUsed(core, client)
  return credential.text
}

/** The values that features keep with a code, for instance the key that it is bound to. */
function extraOfCode({ registry }: Core, extra: Extra = {}): Extra | undefined {
  const kept = Object.entries(extra).filter(([name]) => registry.authorizationParameters.get(name)?.keptWith === 'code')
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}
