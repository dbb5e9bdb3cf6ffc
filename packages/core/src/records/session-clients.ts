import type { Context } from '../contracts/context.ts'
import { sha256 } from '../crypto/hash.ts'
import type { RecordEntry } from '../storage/record.ts'
import { compareAndKeep } from './compare-and-keep.ts'

/**
 * Says that a client has signed in its user within a session of the application, so that the client is notified when
 * the session ends. The record outlives the tokens, because the session at the client does so too.
 */
export interface SessionClientRecord {
  readonly sessionId: string
  readonly clientId: string
  readonly userId: string
  /** Seconds since the epoch after which the client need not be notified. */
  readonly expiresAt: number
}

const kind = 'session-client'

/** The most records that one read of the clients of a session answers. */
const page = 100

/**
 * Stores one record for a session and a client. When there is one already, only its `expiresAt` changes, and never to
 * an earlier time.
 */
export async function recordSessionClient(ctx: Context, noted: SessionClientRecord): Promise<void> {
  const { sessionId, clientId, userId, expiresAt } = noted
  const id = await idOf(ctx, sessionId, clientId)
  const first = { kind, id, ownerId: sessionId, clientId, userId, value: {}, version: 1, createdAt: ctx.clock.now() }
  await compareAndKeep(ctx, { ...first, expiresAt }, (known) =>
    known.expiresAt < expiresAt ? { ...known, expiresAt } : undefined,
  )
}

/** Reads the clients of a session that have to be notified, in the order of their ids. */
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
  // Another issuer on the same storage notifies its clients itself.
  const own = await Promise.all(
    alive.map(async ({ id, clientId = '' }) => id === (await idOf(ctx, sessionId, clientId))),
  )
  return alive
    .filter((_, index) => own[index])
    .map(({ clientId = '', userId = '', expiresAt }) => ({ sessionId, clientId, userId, expiresAt }))
    .sort((one, other) => (one.clientId < other.clientId ? -1 : 1))
}

/**
 * Removes the record of a client. It answers `true` to exactly one caller, who then notifies the client, so that each
 * client is notified once.
 */
export async function takeRecordedClient(
  ctx: Context,
  { sessionId, clientId }: Pick<SessionClientRecord, 'sessionId' | 'clientId'>,
): Promise<boolean> {
  return ctx.storage.records.take({ kind, id: await idOf(ctx, sessionId, clientId) })
}

/** The id includes the issuer, since two issuers may share a storage and an application. */
async function idOf({ config }: Context, sessionId: string, clientId: string): Promise<string> {
  return sha256(JSON.stringify([config.issuer, sessionId, clientId]))
}
