import type { VerifiedToken } from './verified-token.ts'

/** The largest number of cached tokens; the oldest are removed first. */
const capacity = 1000

export interface TokenCache {
  get(token: string, now: number): Promise<VerifiedToken | undefined>
  set(token: string, verified: VerifiedToken, now: number): Promise<void>
}

/** Makes a cache of valid tokens. It keeps each by its hash for the given seconds, and never beyond its expiry. */
export function createTokenCache(seconds: number): TokenCache {
  const entries = new Map<
    string,
    { readonly verified: VerifiedToken; readonly since: number; readonly until: number }
  >()
  return {
    async get(token, now) {
      if (seconds === 0) return undefined
      const key = await hash(token)
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      // `now < since` means that the clock was set back: the entry could have any age.
      if (now >= entry.since && now < entry.until) return entry.verified
      entries.delete(key)
      return undefined
    },
    async set(token, verified, now) {
      const until = Math.min(now + seconds, verified.expiresAt)
      if (now >= until) return
      const key = await hash(token)
      entries.delete(key)
      entries.set(key, { verified, since: now, until })
      for (const oldest of entries.keys()) {
        if (entries.size <= capacity) break
        entries.delete(oldest)
      }
    },
  }
}

async function hash(token: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))
  return String.fromCharCode(...new Uint8Array(digest))
}
