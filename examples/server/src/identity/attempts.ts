import { nowInSeconds } from '../web/opaque.ts'
import { normalizeEmail } from './users.ts'

const limit = 10
const window = 600
const remembered = 10_000

export interface Attempts {
  /**
   * Counts an attempt, before the password is looked at; `false` when there were too many. Hashing takes its time: if the
   * attempt were counted after it, all that come meanwhile would be let through.
   */
  begin(email: string): boolean
  /** Forgets the attempts of an account whose password was right. */
  succeeded(email: string): void
}

/**
 * Slows down guessing one account's password. In memory and per process: a real deployment counts in shared storage,
 * and by network address too.
 */
export function createAttempts(): Attempts {
  const attempts = new Map<string, { readonly count: number; readonly since: number }>()
  return {
    begin(email) {
      const name = normalizeEmail(email)
      const now = nowInSeconds()
      const known = attempts.get(name)
      const entry = known !== undefined && known.since > now - window ? known : { count: 0, since: now }
      if (entry.count >= limit) return false
      attempts.delete(name)
      attempts.set(name, { ...entry, count: entry.count + 1 })
      const oldest = attempts.keys().next().value
      if (attempts.size > remembered && oldest !== undefined) attempts.delete(oldest)
      return true
    },
    succeeded: (email) => void attempts.delete(normalizeEmail(email)),
  }
}
