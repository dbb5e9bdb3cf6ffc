import type { Context } from '../contracts/context.ts'
import { isPurgedWhenUnused } from '../policy/client.ts'
import type { ClientRecord } from '../storage/client.ts'

/**
 * Notes that a client which came through the registration endpoint has got its first code or tokens, which saves it from the purge of unused
 * clients. No other client costs a write. What was issued already must reach the client, so a failure is an event: the
 * next use tries again.
 */
export async function markClientUsed(ctx: Context, client: ClientRecord): Promise<void> {
  if (!isPurgedWhenUnused(client)) return
  try {
    await ctx.storage.clients.markUsed({ id: client.id, now: ctx.clock.now() })
    ctx.clients.forget(client.id)
  } catch (cause) {
    ctx.emit({ type: 'request.failed', endpoint: 'unused clients', cause })
  }
}
