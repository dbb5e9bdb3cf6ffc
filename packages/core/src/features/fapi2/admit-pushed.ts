import type { Context } from '../../contracts/context.ts'
import type { UncheckedParameters } from '../../http/parameters.ts'
import { demandsOn } from '../../policy/demands.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { isPushedRequestUri } from '../../protocol/pushed-request-uri.ts'

/**
 * Refuses an authorization request that was not pushed, where a profile of its client demands it. A request that names no
 * client and has its parameters elsewhere could be of such a client, and is refused as well.
 * @throws {OAuthError} `invalid_request`
 */
export async function admitPushed(ctx: Context, sent: UncheckedParameters): Promise<void> {
  if (isPushedRequestUri(sent.get('request_uri'))) return
  const clientId = sent.get('client_id')
  if (clientId === undefined) {
    if (!sent.has('request') && !sent.has('request_uri')) return
    throw new OAuthError('invalid_request', 'client_id is missing: it must be sent beside request and request_uri')
  }
  const client = await ctx.clients.find(clientId)
  if (client === undefined || demandsOn(ctx, client).pushedRequests !== true) return
  throw new OAuthError(
    'invalid_request',
    'authorization requests of this client must be pushed: post them to pushed_authorization_request_endpoint, and send request_uri',
  )
}
