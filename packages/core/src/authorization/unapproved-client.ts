import { isTrusted } from '../clients/trust.ts'
import { isConsentTo } from '../consents/consent-destination.ts'
import type { Context } from '../contracts/context.ts'
import { isSelfRegistered } from '../policy/client.ts'
import { currentSession } from '../sessions/signed-in.ts'
import type { ClientRecord } from '../storage/client.ts'

/**
 * Whether the client was registered from outside (by a user or a program), and the user in front of the browser has not
 * consented to it. Nobody has checked where such a client would send the user ({@link
 * https://www.rfc-editor.org/rfc/rfc9700#section-4.11.2 RFC 9700 section 4.11.2}).
 * @param scheme the private-use scheme in question, with its colon. Then only a consent for a redirect to this scheme
 * counts, and a client that belongs to a user or an organisation also counts as registered from outside, since they can
 * change its redirect URIs.
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
  for (const consent of consents) if (await isConsentTo(client, consent, scheme)) return false
  return true
}
