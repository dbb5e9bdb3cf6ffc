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
  const known = ctx.once(createHashes)
  const key = keyOf(withdrawn)
  const kept = known.get(key)
  if (kept !== undefined) return kept
  const hash = sha256(JSON.stringify([ctx.config.issuer, ...nameOf(withdrawn)]))
  if (known.size >= mostHashes) known.clear()
  known.set(key, hash)
  return hash
}

function nameOf(withdrawn: Withdrawn): readonly (string | null)[] {
  if ('sessionId' in withdrawn) return ['session', withdrawn.sessionId]
  const { userId = null, clientId = null } = withdrawn
  return ['grants', userId, clientId]
}

/** Names what was withdrawn within this process. No id contains a NUL. */
function keyOf(withdrawn: Withdrawn): string {
  if ('sessionId' in withdrawn) return `\0\0${withdrawn.sessionId}`
  return `${withdrawn.userId ?? ''}\0${withdrawn.clientId ?? ''}`
}

/** How many hashes a process keeps: a request needs the same four before and after it writes. */
const mostHashes = 1000

function createHashes(): Map<string, Awaitable<string>> {
  return new Map()
}
