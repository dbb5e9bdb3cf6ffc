import type { Awaitable } from '@oauth/core'

/** Something of which there may be too much: guessing a password, or making accounts. */
export interface Attempt {
  readonly kind: 'sign_in' | 'sign_up'
  /** The address that was typed, trimmed and in lower case. */
  readonly email: string
  /** The request, for instance for the network address. */
  readonly request: Request
}

/** Limits attempts. `begin` is called before a password is checked, so that attempts at the same time count, too. */
export interface Attempts {
  /** Counts an attempt. Answer `false` when there were too many: the page says so, and the password is not looked at. */
  begin(attempt: Attempt): Awaitable<boolean>
  /** Tells that the password was right. */
  succeeded(attempt: Attempt): Awaitable<void>
}

/** How many attempts `memoryAttempts` allows. */
export interface AttemptLimits {
  /** The attempts for one address within `seconds`. Default 10. */
  readonly limit?: number | undefined
  /** Default 600. */
  readonly seconds?: number | undefined
  /** How many addresses are remembered. The one that was used longest ago is forgotten first. Default 10000. */
  readonly remembered?: number | undefined
}

/**
 * Limits the attempts for one address, in the memory of this process. With several processes, each counts for itself: count in
 * shared storage there, and by network address as well, because this stops nobody who tries one password on many addresses.
 */
export function memoryAttempts({ limit = 10, seconds = 600, remembered = 10_000 }: AttemptLimits = {}): Attempts {
  const known = new Map<string, { readonly count: number; readonly since: number }>()
  return {
    begin({ kind, email }) {
      const name = `${kind} ${email}`
      const now = Date.now() / 1000
      const before = known.get(name)
      const entry = before !== undefined && before.since > now - seconds ? before : { count: 0, since: now }
      if (entry.count >= limit) return false
      known.delete(name)
      known.set(name, { ...entry, count: entry.count + 1 })
      const oldest = known.keys().next().value
      if (known.size > remembered && oldest !== undefined) known.delete(oldest)
      return true
    },
    succeeded: ({ kind, email }) => void known.delete(`${kind} ${email}`),
  }
}
