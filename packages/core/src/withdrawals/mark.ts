import type { Context } from '../contracts/context.ts'
import { sha256 } from '../crypto/hash.ts'
import type { Awaitable } from '../storage/awaitable.ts'

/**
 * What was withdrawn: the grants of a user, the grants of a user at one client, the grants of a client, or a session.
 */
export type Withdrawn =
  | { readonly userId: string; readonly clientId?: string | undefined }
  | { readonly userId?: undefined; readonly clientId: string }
  | { readonly sessionId: string }

/** Returns the id of the mark. It depends on the issuer, because two issuers may share a storage. */
export function markId(ctx: Context, withdrawn: Withdrawn): Awaitable<string> {
  return ctx.once(createHashes)(JSON.stringify([ctx.config.issuer, ...nameOf(withdrawn)]))
}

function nameOf(withdrawn: Withdrawn): readonly (string | null)[] {
  if ('sessionId' in withdrawn) return ['session', withdrawn.sessionId]
  const { userId = null, clientId = null } = withdrawn
  return ['grants', userId, clientId]
}

/** How many hashes a process keeps: a request needs the same four before and after it writes. */
const mostHashes = 1000

function createHashes(): (text: string) => Awaitable<string> {
  const known = new Map<string, Awaitable<string>>()
  return (text) => {
    const kept = known.get(text)
    if (kept !== undefined) return kept
    const hash = sha256(text)
    if (known.size >= mostHashes) known.clear()
    known.set(text, hash)
    return hash
  }
}
