import type { Context } from '../contracts/context.ts'
import type { SessionClient } from '../contracts/session-observer.ts'
import {
  listRecordedClients,
  recordSessionClient,
  type SessionClientRecord,
  takeRecordedClient,
} from '../records/session-clients.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { GrantRecord } from '../storage/grant.ts'

/**
 * Records that a client has signed its user in within a session, if a feature has to tell the client when the session
 * ends. It must be recorded before the client gets the code: otherwise a session that ends at that moment could miss
 * the client.
 * @returns a promise only where it is recorded
 */
export function noteSessionClient(
  ctx: Context,
  client: ClientRecord,
  { userId, sessionId }: Pick<GrantRecord, 'userId' | 'sessionId'>,
): Promise<void> | undefined {
  if (sessionId === undefined) return undefined
  const observers = ctx.registry.sessionObservers.filter((observer) => observer.concerns(client.metadata))
  if (observers.length === 0) return undefined
  return recordSessionClient(ctx, {
    sessionId,
    clientId: client.id,
    userId,
    expiresAt: ctx.clock.now() + Math.max(...observers.map(({ clientSessionTtl }) => clientSessionTtl)),
  })
}

/**
 * Lists the clients to tell about the end of a session. It changes nothing: `takeSessionClients` decides which request
 * tells them.
 */
export async function listSessionClients(ctx: Context, sessionId: string): Promise<readonly SessionClientRecord[]> {
  if (ctx.registry.sessionObservers.length === 0) return []
  return listRecordedClients(ctx, sessionId)
}

/** Atomically claims the recorded clients, so that each client is told once when two requests end the same session. */
export async function takeSessionClients(
  ctx: Context,
  noted: readonly SessionClientRecord[],
): Promise<readonly SessionClient[]> {
  const taken = await Promise.all(
    noted.map(async ({ clientId, sessionId, userId }) => {
      if (!(await takeRecordedClient(ctx, { sessionId, clientId }))) return []
      const client = await ctx.clients.tryLoad(clientId)
      return client === undefined || client.disabled ? [] : { client, sessionId, userId }
    }),
  )
  return taken.flat()
}
