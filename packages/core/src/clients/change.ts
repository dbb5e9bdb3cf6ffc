import type { Context } from '../contracts/context.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'

/**
 * How many attempts a change makes. Two writers at once are rare, so five lost attempts mean that something is wrong.
 */
const tries = 5

export function clientNotFound(): OAuthError {
  return new OAuthError('not_found', 'client not found')
}

/**
 * Changes a client. Of two changes at once neither is lost: the second one is applied to the result of the first.
 * `change` always gets the client that it replaces.
 * @throws {OAuthError} `not_found`, `invalid_client_metadata` for a client of a source, and every error of `change`
 */
export async function changeClient(
  ctx: Context,
  clientId: string,
  change: (current: ClientRecord) => Promise<ClientRecord>,
): Promise<ClientRecord> {
  if (ctx.clients.isReserved(clientId)) throw ofSource()
  for (let attempt = 0; attempt < tries; attempt++) {
    const current = await ctx.storage.clients.find(clientId)
    if (current === undefined) throw ctx.clients.isForeign(clientId) ? ofSource() : clientNotFound()
    const changed = { ...(await change(current)), updatedAt: ctx.clock.now(), version: current.version + 1 }
    if ((await ctx.storage.clients.replace(changed, current.version)) === 'won') {
      ctx.clients.forget(clientId)
      return changed
    }
  }
  throw new OAuthError('temporarily_unavailable', 'other requests are changing the client: try again')
}

function ofSource(): OAuthError {
  return new OAuthError('invalid_client_metadata', 'the client belongs to a source of clients: it cannot be changed')
}
