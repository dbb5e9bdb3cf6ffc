import type { Context } from '../contracts/context.ts'
import { isPurgedWhenUnused } from '../policy/client.ts'
import type { ClientRecord } from '../storage/client.ts'

/**
 * Records that a self-registered client has got its first code or tokens, so that the purge of unused clients keeps it.
 * Other clients cost no write. What was issued must reach the client, so a failure here is only an event: the next use
 * tries again.
 * @returns a promise only for a client that may need the write
 */
export function markClientUsed(ctx: Context, client: ClientRecord): Promise<void> | undefined {
  return isPurgedWhenUnused(client) ? write(ctx, client) : undefined
}

async function write(ctx: Context, client: ClientRecord): Promise<void> {
  try {
    await ctx.storage.clients.markUsed({ id: client.id, now: ctx.clock.now() })
    ctx.clients.forget(client.id)
  } catch (cause) {
    ctx.emit({ type: 'request.failed', endpoint: 'unused clients', cause })
  }
}
