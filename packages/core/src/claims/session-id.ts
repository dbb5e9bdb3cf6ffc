import type { Context } from '../contracts/context.ts'
import { createDeterministicSealer, type Sealer } from '../crypto/seal.ts'
import type { ClientRecord } from '../storage/client.ts'

/**
 * Whether the client has to do with the end of its users' sessions: it may end them, or is told. It knows them by the
 * `sid` in its tokens.
 */
export function followsSessions(ctx: Context, { metadata }: ClientRecord): boolean {
  return (
    metadata.enable_end_session === true ||
    ctx.registry.sessionObservers.some((observer) => observer.concerns(metadata))
  )
}

/**
 * The `sid` of every token and answer for this client: `undefined` for a client that does not follow sessions, the
 * session's name (`sessionNameFor`) for one that does.
 */
export async function sessionIdFor(
  ctx: Context,
  client: ClientRecord,
  sessionId: string | undefined,
): Promise<string | undefined> {
  return followsSessions(ctx, client) ? sessionNameFor(ctx, client, sessionId) : undefined
}

/**
 * What a client may know of a session of the host's: a name that is always the same for this client and session, that no
 * other client can relate to, and that this server alone can read back. The host's own id never leaves: it may be the
 * value of a cookie, or the key to one.
 */
export async function sessionNameFor(
  ctx: Context,
  client: ClientRecord,
  sessionId: string | undefined,
): Promise<string | undefined> {
  return sessionId === undefined ? undefined : sealersOf(ctx)[0]?.seal(sessionId, contextOf(ctx, client))
}

/** The session of the host's behind a `sid` that was made for this client; `undefined` for any other text. */
export async function readSessionId(ctx: Context, client: ClientRecord, sid: string): Promise<string | undefined> {
  for (const sealer of sealersOf(ctx)) {
    const sessionId = await sealer.unseal(sid, contextOf(ctx, client))
    if (sessionId !== undefined) return sessionId
  }
  return undefined
}

/** Deriving a key takes time, and there are few secrets in the life of a process. */
const sealers = new Map<string, Sealer>()

/**
 * The first one seals, all of them unseal. A name has to stay the same while the client's session lasts, so the first is
 * the secret that changes last: `pairwiseSecret`, which never does, or else the oldest one in `secret`.
 */
function sealersOf({ config }: Context): readonly Sealer[] {
  const { pairwiseSecret, secrets } = config
  const stable = pairwiseSecret === undefined ? [] : [pairwiseSecret]
  return [...stable, ...secrets.toReversed()].map((secret) => {
    const sealer = sealers.get(secret) ?? createDeterministicSealer(secret, 'oauth/session-id')
    sealers.set(secret, sealer)
    return sealer
  })
}

function contextOf({ config }: Context, client: ClientRecord): string {
  return `${config.issuer} ${client.id}`
}
