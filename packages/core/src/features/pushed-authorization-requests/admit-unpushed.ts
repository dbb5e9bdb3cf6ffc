import type { Context } from '../../contracts/context.ts'
import type { UncheckedParameters } from '../../http/parameters.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { isPushedRequestUri } from '../../protocol/pushed-request-uri.ts'

/**
 * Refuses an authorization request that was not pushed, where the server or the client demands it ({@link
 * https://www.rfc-editor.org/rfc/rfc9126#section-4 RFC 9126 section 4}). A request object in the browser, or behind a
 * `request_uri` of another kind, is not a pushed request.
 * @throws {OAuthError} `invalid_request`
 */
export async function admitUnpushed(ctx: Context, required: boolean, sent: UncheckedParameters): Promise<void> {
  if (isPushedRequestUri(sent.get('request_uri'))) return
  if (!required && !(await mustPush(ctx, sent.get('client_id')))) return
  throw new OAuthError(
    'invalid_request',
    'this authorization request must be pushed: post it to pushed_authorization_request_endpoint, and send request_uri',
  )
}

async function mustPush(ctx: Context, clientId: string | undefined): Promise<boolean> {
  if (clientId === undefined) return false
  return (await ctx.clients.find(clientId))?.metadata.require_pushed_authorization_requests === true
}
