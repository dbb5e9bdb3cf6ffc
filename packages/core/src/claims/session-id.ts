import type { Context } from '../contracts/context.ts'
import { createDeterministicSealer, type Sealer } from '../crypto/seal.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'

/**
 * Tells whether the client may end sessions of its users, or is notified when they end. Such a client gets `sid` in its
 * tokens.
 */
export function followsSessions(ctx: Context, { metadata }: ClientRecord): boolean {
  return (
    metadata.enable_end_session === true ||
    ctx.registry.sessionObservers.some((observer) => observer.concerns(metadata))
  )
}

/**
 * Returns the `sid` for tokens and answers of this client (`sessionNameFor`); `undefined` for a client that does not
 * follow sessions.
 */
export function sessionIdFor(
  ctx: Context,
  client: ClientRecord,
  sessionId: string | undefined,
): Awaitable<string | undefined> {
  return followsSessions(ctx, client) ? sessionNameFor(ctx, client, sessionId) : undefined
}

/**
 * Makes the `sid` of a session for one client. It is always the same for this client and session, differs for every
 * other client, and only this server can read it back. The session id of the application never leaves the server,
 * because it may be the value of a cookie.
 */
export async function sessionNameFor(
  ctx: Context,
  client: ClientRecord,
  sessionId: string | undefined,
): Promise<string | undefined> {
  return sessionId === undefined ? undefined : sealersOf(ctx)[0]?.seal(sessionId, contextOf(ctx, client))
}

/**
 * Returns the session id of the application for a `sid` that was made for this client; `undefined` for any other text.
 */
export async function readSessionId(ctx: Context, client: ClientRecord, sid: string): Promise<string | undefined> {
  for (const sealer of sealersOf(ctx)) {
    const sessionId = await sealer.unseal(sid, contextOf(ctx, client))
    if (sessionId !== undefined) return sessionId
  }
  return undefined
}

/**
 * Returns the sealers: the first one seals, all of them unseal. A `sid` has to stay the same as long as the session of
 * the client lasts, so the first one has the secret that changes last: `pairwiseSecret`, which never changes, or else
 * the oldest one in `secret`.
 */
function sealersOf(ctx: Context): readonly Sealer[] {
  return ctx.once(createSealers)
}

function createSealers({ config }: Context): readonly Sealer[] {
  const { pairwiseSecret, secrets } = config
  const stable = pairwiseSecret === undefined ? [] : [pairwiseSecret]
  return [...stable, ...secrets.toReversed()].map((secret) => createDeterministicSealer(secret, 'oauth/session-id'))
}

function contextOf({ config }: Context, client: ClientRecord): string {
  return `${config.issuer} ${client.id}`
}
