import type { Context } from '../contracts/context.ts'
import type { RedirectTarget } from '../protocol/errors.ts'
import { redirectHost } from '../protocol/redirect-uri.ts'
import { webHost } from '../protocol/web-host.ts'
import type { ClientRecord } from '../storage/client.ts'
import { isUnapprovedClient } from './unapproved-client.ts'

/**
 * Returns where an error goes: to the client, or `never` when it must stay on a page, because the user does not know
 * the client yet. With `redirectErrorsAfterConsentOnly`, that holds for https URIs; for private-use schemes it always
 * does. A loopback address is treated like an https URI: any web page can send a browser to it, and a native
 * application that gets no error would wait forever.
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
 * Whether a redirect to this URI would start a program, with text that the client chose, for a client that the user
 * does not know yet. Only an action of the user may start it.
 */
export async function startsProgramOfUnapprovedClient(
  ctx: Context,
  request: Request,
  client: ClientRecord,
  redirectUri: string,
): Promise<boolean> {
  return webHost(redirectUri) === undefined && isUnapprovedClient(ctx, request, client, redirectHost(redirectUri))
}
