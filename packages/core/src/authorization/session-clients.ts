import type { Context } from '../contracts/context.ts'
import type { BaseUser, SignedIn } from '../contracts/host.ts'
import type { SessionClient } from '../contracts/session-observer.ts'
import { sha256 } from '../crypto/hash.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { SessionClientRecord } from '../storage/session-client.ts'

/**
 * Notes that a client has signed its user in within a session, where a feature will have to tell it of the end. Before
 * the code leaves: afterwards a session that ends could miss it.
 */
export async function noteSessionClient(
  ctx: Context,
  client: ClientRecord,
  { user, session }: SignedIn<BaseUser>,
): Promise<void> {
  const observers = ctx.registry.sessionObservers.filter((observer) => observer.concerns(client.metadata))
  if (observers.length === 0) return
  await ctx.storage.sessionClients?.note({
    id: await idOf(ctx, session.id, client.id),
    sessionId: session.id,
    clientId: client.id,
    userId: user.id,
    expiresAt: ctx.clock.now() + Math.max(...observers.map(({ clientSessionTtl }) => clientSessionTtl)),
  })
}

/** Whom to tell of the end of a session. Nothing changes yet: who tells them is decided by `takeSessionClients`. */
export async function listSessionClients(ctx: Context, sessionId: string): Promise<readonly SessionClientRecord[]> {
  if (ctx.registry.sessionObservers.length === 0) return []
  const now = ctx.clock.now()
  const noted = (await ctx.storage.sessionClients?.list(sessionId)) ?? []
  const own = await Promise.all(noted.map(async ({ id, clientId }) => id === (await idOf(ctx, sessionId, clientId))))
  // Another issuer on the same storage tells its clients itself.
  return noted.filter(({ expiresAt }, index) => now < expiresAt && own[index])
}

/** Those of them that are ours to tell: of two who end one session, one gets each client. */
export async function takeSessionClients(
  ctx: Context,
  noted: readonly SessionClientRecord[],
): Promise<readonly SessionClient[]> {
  const taken = await Promise.all(
    noted.map(async ({ id, clientId, sessionId, userId }) => {
      if ((await ctx.storage.sessionClients?.take(id)) !== true) return []
      const client = await ctx.clients.find(clientId)
      return client === undefined ? [] : { client, sessionId, userId }
    }),
  )
  return taken.flat()
}

/** With the issuer: two of them may share a storage, and a host. */
async function idOf({ config }: Context, sessionId: string, clientId: string): Promise<string> {
  return sha256(JSON.stringify([config.issuer, sessionId, clientId]))
}
