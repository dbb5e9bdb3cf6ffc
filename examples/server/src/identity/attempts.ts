import { nowInSeconds } from '../web/opaque.ts'
import { normalizeEmail } from './users.ts'

const limit = 10
const window = 600
const remembered = 10_000

export interface Attempts {
  /**
   * Counts an attempt. Returns `false` if there were too many. Call it before the password is hashed: hashing takes long,
   * and a later count would let concurrent attempts through.
   */
  begin(email: string): boolean
  /** Resets the count of an account after a right password. */
  succeeded(email: string): void
}

/**
 * Limits guesses of one account's password. It counts in the memory of one process. In production, count in shared storage,
 * and also by network address.
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
