import type { LimitedRequest, RateLimiter, RateLimitVerdict } from '../contracts/rate-limit.ts'

interface Window {
  count: number
  readonly endsAt: number
}

/** How many windows are kept: enough for the callers of one minute. */
const mostWindows = 50_000
/** How many of them may belong to callers that have used more than half of their allowance. */
const mostBusy = 40_000
/** Seconds between two searches for windows that have ended. */
const purgeSeconds = 60
const within: RateLimitVerdict = { allowed: true, retryAfterSeconds: 0 }

/**
 * A rate limiter with fixed windows in the memory of one process. The first request of a key opens a window; a request
 * after its end opens the next one. Windows that have ended are removed over time, so memory follows traffic.
 *
 * When there are too many windows, the oldest one is removed among those that have used no more than half of their
 * allowance. So an attacker who floods the server with new keys, to make it forget their earlier attempts, only pushes
 * out those new keys.
 */
export function createMemoryRateLimiter(): RateLimiter {
  const calm = new Map<string, Window>()
  const busy = new Map<string, Window>()
  let purgeAt = 0

  const purge = (now: number): void => {
    if (now < purgeAt && purgeAt <= now + purgeSeconds) return
    for (const windows of [calm, busy]) {
      for (const [name, { endsAt }] of windows) if (endsAt <= now) windows.delete(name)
    }
    purgeAt = now + purgeSeconds
  }

  const open = (name: string, { rule, now }: LimitedRequest): Window => {
    purge(now)
    calm.delete(name)
    busy.delete(name)
    if (calm.size + busy.size >= mostWindows) removeOldest(calm)
    const opened = { count: 0, endsAt: now + rule.windowSeconds }
    calm.set(name, opened)
    return opened
  }

  /**
   * A window that ends later than a window opened now was opened before the clock was set back. Its age is unknown, so
   * it does not count.
   */
  const current = (name: string, { rule, now }: LimitedRequest): Window | undefined => {
    const window = calm.get(name) ?? busy.get(name)
    if (window === undefined || now >= window.endsAt) return undefined
    return window.endsAt <= now + rule.windowSeconds ? window : undefined
  }

  /** Protects the window of a caller that has used more than half of its allowance from being pushed out by others. */
  const keep = (name: string, window: Window): void => {
    if (!calm.delete(name)) return
    if (busy.size >= mostBusy) removeOldest(busy)
    busy.set(name, window)
  }

  return {
    consume(request) {
      const name = nameOf(request)
      const window = current(name, request) ?? open(name, request)
      if (window.count >= request.rule.max) return beyond(window, request.now)
      window.count++
      if (window.count * 2 > request.rule.max) keep(name, window)
      return within
    },
    check(request) {
      const window = current(nameOf(request), request)
      return window !== undefined && window.count >= request.rule.max ? beyond(window, request.now) : within
    },
  }
}

function nameOf({ bucket, key }: LimitedRequest): string {
  return `${bucket} ${key}`
}

function removeOldest(windows: Map<string, Window>): void {
  windows.delete(windows.keys().next().value as string)
}

function beyond({ endsAt }: Window, now: number): RateLimitVerdict {
  return { allowed: false, retryAfterSeconds: endsAt - now }
}
