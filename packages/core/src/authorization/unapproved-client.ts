import { isTrusted } from '../clients/trust.ts'
import type { Context } from '../contracts/context.ts'
import { isSelfRegistered } from '../policy/client.ts'
import { currentSession } from '../sessions/signed-in.ts'
import type { ClientRecord } from '../storage/client.ts'

/**
 * Whether a client is a stranger to whoever is in front of the browser: a user or a program from outside registered it,
 * and they have agreed to nothing of it. Nobody has vouched for where it would send them
 * ({@link https://www.rfc-editor.org/rfc/rfc9700#section-4.11.2 RFC 9700 section 4.11.2}).
 * @param scheme the private-use scheme in question, with its colon: then only a consent that has sent a code there counts,
 * and a client that belongs to a user or an organisation, who can change its redirect URIs, is from outside as well
 */
export async function isUnapprovedClient(
  ctx: Context,
  request: Request,
  client: ClientRecord,
  scheme?: string,
): Promise<boolean> {
  const owned = client.userId !== undefined || client.referenceId !== undefined
  const fromOutside = isSelfRegistered(client) || (scheme !== undefined && owned)
  if (!fromOutside || (await isTrusted(ctx, client))) return false
  const signedIn = await currentSession(ctx, request)
  if (signedIn === undefined) return true
  const consents = await ctx.storage.consents.list({ userId: signedIn.user.id })
  return !consents.some(
    ({ clientId, redirectHosts }) => clientId === client.id && (scheme === undefined || redirectHosts.includes(scheme)),
  )
}
