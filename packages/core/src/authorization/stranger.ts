import type { Context } from '../contracts/context.ts'
import type { ClientRecord } from '../storage/client.ts'
import { currentSession } from './proceed.ts'

/**
 * Whether a client is a stranger to whoever is in front of the browser: it registered itself, and they have agreed to
 * nothing of it. Nobody has vouched for where it would send them
 * ({@link https://www.rfc-editor.org/rfc/rfc9700#section-4.11.2 RFC 9700 section 4.11.2}).
 */
export async function isStranger(ctx: Context, request: Request, client: ClientRecord): Promise<boolean> {
  if (client.registrationTokenHash === undefined) return false
  const signedIn = await currentSession(ctx, request)
  if (signedIn === undefined) return true
  const consents = await ctx.storage.consents.list({ userId: signedIn.user.id })
  return !consents.some(({ clientId }) => clientId === client.id)
}
