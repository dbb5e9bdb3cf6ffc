import { nowInSeconds } from '../web/opaque.ts'

/** How long a secret waits for the page that shows it, in seconds. */
const patience = 60

export interface ShownOnce {
  /** Keeps a new secret for the next page of this session about this client. */
  keep(sessionId: string, clientId: string, secret: string): void
  /** Returns the secret and forgets it. */
  take(sessionId: string, clientId: string): string | undefined
}

/**
 * Carries a new secret from the form to the page that follows it, so that a reload neither shows the secret again nor sends
 * the form again. The secret is in no URL, no cookie and no database: only in the memory of this process, for a minute.
 * With several processes, show the secret in the answer to the form instead.
 */
export function createShownOnce(): ShownOnce {
  const secrets = new Map<string, { readonly secret: string; readonly until: number }>()
  const key = (sessionId: string, clientId: string) => JSON.stringify([sessionId, clientId])
  return {
    keep(sessionId, clientId, secret) {
      const now = nowInSeconds()
      for (const [name, { until }] of secrets) if (until <= now) secrets.delete(name)
      secrets.set(key(sessionId, clientId), { secret, until: now + patience })
    },
    take(sessionId, clientId) {
      const name = key(sessionId, clientId)
      const kept = secrets.get(name)
      secrets.delete(name)
      return kept !== undefined && kept.until > nowInSeconds() ? kept.secret : undefined
    },
  }
}
