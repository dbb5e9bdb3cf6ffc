import type { Context } from '../../contracts/context.ts'
import type { UncheckedParameters } from '../../http/parameters.ts'
import { demandsOn } from '../../policy/demands.ts'
import { OAuthError } from '../../protocol/errors.ts'

/** How the `request_uri` of every pushed request begins ({@link https://www.rfc-editor.org/rfc/rfc9126#section-2.2 RFC 9126 section 2.2}). */
const pushed = 'urn:ietf:params:oauth:request_uri:'

/**
 * Refuses an authorization request that was not pushed, where a profile of its client demands it. A request that names no
 * client and has its parameters elsewhere could be of such a client, and is refused as well.
 * @throws {OAuthError} `invalid_request`
 */
export async function admitPushed(ctx: Context, sent: UncheckedParameters): Promise<void> {
  if (sent.get('request_uri')?.startsWith(pushed) === true) return
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
