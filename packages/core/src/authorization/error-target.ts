import type { Context } from '../contracts/context.ts'
import type { RedirectTarget } from '../protocol/errors.ts'
import { redirectHost } from '../protocol/redirect-uri.ts'
import { webHost } from '../protocol/web-host.ts'
import type { ClientRecord } from '../storage/client.ts'
import { isUnapprovedClient } from './unapproved-client.ts'

/**
 * Where an error goes: to the client, or `never` where nobody is sent to a client that they know nothing of. For an
 * https URI that is so with `redirectErrorsAfterConsentOnly`, for a private-use scheme always. A loopback address is like
 * an https URI here: any page may send a browser to it, and a native application that gets no error waits for ever.
 */
export async function errorTarget(
  ctx: Context,
  request: Request,
  client: ClientRecord,
  target: RedirectTarget,
): Promise<RedirectTarget | 'never'> {
  if (await startsProgramOfUnapprovedClient(ctx, request, client, target.redirectUri)) return 'never'
  const held = ctx.config.redirectErrorsAfterConsentOnly && (await isUnapprovedClient(ctx, request, client))
  return held ? 'never' : target
}

/**
 * Whether a browser that is sent to this URI would start a program, with a text of the client's choice, for a client that
 * its user knows nothing of. Only an action of the user's may do that.
 */
export async function startsProgramOfUnapprovedClient(
  ctx: Context,
  request: Request,
  client: ClientRecord,
  redirectUri: string,
): Promise<boolean> {
  return webHost(redirectUri) === undefined && isUnapprovedClient(ctx, request, client, redirectHost(redirectUri))
}
