import { nowInSeconds } from '../web/opaque.ts'
import { normalizeEmail } from './users.ts'

const limit = 10
const window = 600
const remembered = 10_000

export interface Attempts {
  tooMany(email: string): boolean
  failed(email: string): void
  succeeded(email: string): void
}

/**
 * Slows down guessing one account's password. In memory and per process: a real deployment counts in shared storage,
 * and by network address too.
 */
export function createAttempts(): Attempts {
  const failures = new Map<string, { readonly count: number; readonly since: number }>()
  const recent = (email: string) => {
    const entry = failures.get(normalizeEmail(email))
    return entry !== undefined && entry.since > nowInSeconds() - window ? entry : undefined
  }
  return {
    tooMany: (email) => (recent(email)?.count ?? 0) >= limit,
    failed(email) {
      const entry = recent(email) ?? { count: 0, since: nowInSeconds() }
      failures.delete(normalizeEmail(email))
      failures.set(normalizeEmail(email), { ...entry, count: entry.count + 1 })
      const oldest = failures.keys().next().value
      if (failures.size > remembered && oldest !== undefined) failures.delete(oldest)
    },
    succeeded: (email) => void failures.delete(normalizeEmail(email)),
  }
}
