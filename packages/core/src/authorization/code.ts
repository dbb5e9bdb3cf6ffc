import type { Context } from '../contracts/context.ts'
import type { BaseUser, SignedIn } from '../contracts/host.ts'
import { createCredential, createId } from '../crypto/credential.ts'
import { requireSupport } from '../policy/client-support.ts'
import { withholdRefreshToken } from '../policy/refresh-token.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import type { ClaimsRequest } from '../protocol/claims-request.ts'
import { type AuthorizationResponse, OAuthError } from '../protocol/errors.ts'
import { interactionKey } from '../records/interactions.ts'
import { noteSessionClient } from '../sessions/session-clients.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { ConsentRecord } from '../storage/consent.ts'
import type { GrantRecord } from '../storage/grant.ts'
import { markClientUsed } from '../tokens/mark-client-used.ts'
import { isMarkedAnew, readStanding } from '../withdrawals/standing.ts'
import { accessWithdrawn, takeBack } from './withdrawn.ts'

export interface Approval {
  readonly client: ClientRecord
  readonly request: AuthorizationRequest
  readonly signedIn: SignedIn<BaseUser>
  /** The marks of withdrawals (by version) that were there before anything was read that the approval relies on. */
  readonly withdrawals: readonly string[]
  /** The scopes that the user agreed to. */
  readonly scope: readonly string[]
  /** The claims, asked for one by one, that the user agreed to. */
  readonly claims?: ClaimsRequest | undefined
  /** The host's partition of consents under which the user approved. */
  readonly referenceId?: string
  /** Remember this consent with the approval. */
  readonly consent?: ConsentRecord
  /** The interaction that ends with the approval. */
  readonly interactionId?: string
}

/**
 * Turns an approval into a grant with its code, and answers with what the client is told
 * ({@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2 RFC 6749 section 4.1.2}). The code leaves only if nothing
 * was withdrawn before it was written.
 * @throws {OAuthError} `access_denied` when something was; `invalid_request` when the interaction is over
 */
export async function issueCode(ctx: Context, approval: Approval): Promise<AuthorizationResponse> {
  const { client, request, interactionId, consent } = approval
  // Once more: the interaction may have begun in another process, or under another registration.
  requireSupport(ctx, client, approval.scope)
  const now = ctx.clock.now()
  const grant = createGrant(ctx, approval, now)
  await noteSessionClient(ctx, client, approval.signedIn)
  const credential = await createCredential('c', ctx.config.issuer, now, ctx.random)
  const outcome = await ctx.storage.grants.commit({
    grant,
    code: {
      id: credential.id,
      secretHash: credential.secretHash,
      grantId: grant.id,
      redirectUri: request.redirectUri,
      redirectUriSent: request.redirectUriSent,
      ...(request.codeChallenge !== undefined && { codeChallenge: request.codeChallenge }),
      ...(request.nonce !== undefined && { nonce: request.nonce }),
      createdAt: now,
      expiresAt: now + ctx.config.lifetimes.authorizationCode,
    },
    ...(consent !== undefined && { consent }),
    ...(interactionId !== undefined && { take: [interactionKey(interactionId)] }),
  })
  // The client has its answer already; this browser needs a word, not a second redirect.
  if (outcome === 'gone') throw new OAuthError('invalid_request', interactionIsOver, { redirect: 'never' })
  // After the write: a revocation that comes later than this look sees the grant by itself.
  if (isMarkedAnew(approval.withdrawals, await readStanding(ctx, client, approval.signedIn))) {
    await takeBack(ctx, grant, consent)
    throw accessWithdrawn()
  }
  ctx.emit({ type: 'code.issued', clientId: client.id, userId: grant.userId, grantId: grant.id })
  await markClientUsed(ctx, client)
  return { code: credential.text }
}

/** What a browser is told that comes too late. */
export const interactionIsOver =
  'this sign-in has expired or was already completed; please go back to the application and start again'

function createGrant(ctx: Context, approval: Approval, now: number): GrantRecord {
  const { client, signedIn, scope, request, claims, referenceId } = approval
  const { session, user } = signedIn
  const { refreshTokenAbsolute, authorizationCode, accessToken } = ctx.config.lifetimes
  const refreshes = withholdRefreshToken(client, scope, ctx.config) === undefined
  return {
    id: createId('g', now, ctx.random),
    clientId: client.id,
    userId: user.id,
    sessionId: session.id,
    scope,
    resources: request.resources,
    authTime: session.authTime,
    ...(referenceId !== undefined && { referenceId }),
    ...(claims !== undefined && { claims }),
    ...(session.acr !== undefined && { acr: session.acr }),
    ...(session.amr !== undefined && { amr: session.amr }),
    offline: scope.includes('offline_access'),
    createdAt: now,
    expiresAt: now + (refreshes ? refreshTokenAbsolute : authorizationCode + accessToken),
  }
}
