import type { Context } from '../contracts/context.ts'
import { createNameSealer, type Sealer } from '../crypto/seal.ts'
import type { ClientRecord } from '../storage/client.ts'

/**
 * Whether the client has to do with the end of its users' sessions: it may end them, or is told. It knows them by the
 * `sid` in its ID tokens.
 */
export function followsSessions(ctx: Context, { metadata }: ClientRecord): boolean {
  return (
    metadata.enable_end_session === true ||
    ctx.registry.sessionObservers.some((observer) => observer.concerns(metadata))
  )
}

/**
 * The `sid` that this client sees for a session of the host's: the one place that decides it, for every token and answer.
 * It would tell two sectors that they have one user, so a pairwise client sees a name of its own, and only one that
 * needs it for logout sees any.
 */
export async function sessionIdFor(
  ctx: Context,
  client: ClientRecord,
  sessionId: string | undefined,
): Promise<string | undefined> {
  if (sessionId === undefined || client.metadata.subject_type !== 'pairwise') return sessionId
  if (!followsSessions(ctx, client)) return undefined
  const sealer = sealerOf(ctx)
  return sealer === undefined ? sessionId : sealer.seal(sessionId, contextOf(ctx, client))
}

/** The session of the host's behind the `sid` of a token of ours for this client; `undefined` for any other name. */
export async function readSessionId(ctx: Context, client: ClientRecord, sid: string): Promise<string | undefined> {
  if (client.metadata.subject_type !== 'pairwise') return sid
  const sealer = sealerOf(ctx)
  return sealer === undefined ? sid : sealer.unseal(sid, contextOf(ctx, client))
}

/** Deriving a key takes time, and there is one secret for the life of a process. */
const sealers = new Map<string, Sealer>()

function sealerOf({ config }: Context): Sealer | undefined {
  const { pairwiseSecret } = config
  if (pairwiseSecret === undefined) return undefined
  const sealer = sealers.get(pairwiseSecret) ?? createNameSealer(pairwiseSecret, 'oauth/session-id')
  sealers.set(pairwiseSecret, sealer)
  return sealer
}

function contextOf({ config }: Context, client: ClientRecord): string {
  return `${config.issuer} ${client.id}`
}
