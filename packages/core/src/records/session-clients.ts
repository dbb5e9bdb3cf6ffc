import type { Context } from '../contracts/context.ts'
import { sha256 } from '../crypto/hash.ts'
import type { RecordEntry } from '../storage/record.ts'
import { compareAndKeep } from './compare-and-keep.ts'

/**
 * That a client has signed its user in within a session of the host's: whom to tell when the session ends. It outlives
 * the tokens, since the client's own session does, too.
 */
export interface SessionClientRecord {
  readonly sessionId: string
  readonly clientId: string
  readonly userId: string
  /** Seconds since the epoch after which nobody has to be told any more. */
  readonly expiresAt: number
}

const kind = 'session-client'

/** How many records one read of a session's clients answers at most. */
const page = 100

/** Keeps one record for a session and a client. Where there is one already only its end moves, and never backwards. */
export async function recordSessionClient(ctx: Context, noted: SessionClientRecord): Promise<void> {
  const { sessionId, clientId, userId, expiresAt } = noted
  const id = await idOf(ctx, sessionId, clientId)
  const first = { kind, id, ownerId: sessionId, clientId, userId, value: {}, version: 1, createdAt: ctx.clock.now() }
  await compareAndKeep(ctx, { ...first, expiresAt }, (known) =>
    known.expiresAt < expiresAt ? { ...known, expiresAt } : undefined,
  )
}

/** The clients of a session that are to be told, in the order of their ids. */
export async function listRecordedClients(ctx: Context, sessionId: string): Promise<readonly SessionClientRecord[]> {
  const now = ctx.clock.now()
  const found: RecordEntry[] = []
  let after: string | undefined
  do {
    const read = await ctx.storage.records.list({
      kind,
      ownerId: sessionId,
      ...(after !== undefined && { after }),
      limit: page,
    })
    found.push(...read)
    after = read.length < page ? undefined : read.at(-1)?.id
  } while (after !== undefined)
  const alive = found.filter(({ expiresAt }) => now < expiresAt)
  // Another issuer on the same storage tells its clients itself.
  const own = await Promise.all(
    alive.map(async ({ id, clientId = '' }) => id === (await idOf(ctx, sessionId, clientId))),
  )
  return alive
    .filter((_, index) => own[index])
    .map(({ clientId = '', userId = '', expiresAt }) => ({ sessionId, clientId, userId, expiresAt }))
    .sort((one, other) => (one.clientId < other.clientId ? -1 : 1))
}

/** Removes a record: `true` for exactly one caller, who is the one to tell the client. */
export async function takeRecordedClient(
  ctx: Context,
  { sessionId, clientId }: Pick<SessionClientRecord, 'sessionId' | 'clientId'>,
): Promise<boolean> {
  return ctx.storage.records.take({ kind, id: await idOf(ctx, sessionId, clientId) })
}

/** With the issuer: two of them may share a storage, and a host. */
async function idOf({ config }: Context, sessionId: string, clientId: string): Promise<string> {
  return sha256(JSON.stringify([config.issuer, sessionId, clientId]))
}
