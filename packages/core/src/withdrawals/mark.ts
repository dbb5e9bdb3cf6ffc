import type { Context } from '../contracts/context.ts'
import { sha256 } from '../crypto/hash.ts'

/**
 * What was withdrawn: the grants of a user, the grants of a user at one client, the grants of a client, or a session.
 */
export type Withdrawn =
  | { readonly userId: string; readonly clientId?: string | undefined }
  | { readonly userId?: undefined; readonly clientId: string }
  | { readonly sessionId: string }

/** Returns the id of the mark. It depends on the issuer, because two issuers may share a storage. */
export async function markId({ config }: Context, withdrawn: Withdrawn): Promise<string> {
  const { issuer } = config
  if ('sessionId' in withdrawn) return sha256(JSON.stringify([issuer, 'session', withdrawn.sessionId]))
  const { userId = null, clientId = null } = withdrawn
  return sha256(JSON.stringify([issuer, 'grants', userId, clientId]))
}
