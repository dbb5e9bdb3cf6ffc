import type { LimitedRequest, RateLimiter, RateLimitVerdict } from '../contracts/rate-limit.ts'

interface Window {
  count: number
  readonly endsAt: number
}

/** Enough for the callers of a minute; beyond it the oldest window makes room. */
const mostWindows = 50_000
const within: RateLimitVerdict = { allowed: true, retryAfterSeconds: 0 }

/**
 * Fixed windows in the memory of one process: the first request of a key opens one, and what comes after its end opens
 * the next. Windows that have ended are removed as time goes on, so that memory follows traffic.
 */
export function createMemoryRateLimiter(): RateLimiter {
  const windows = new Map<string, Window>()
  let purgeAt = 0

  const purge = (now: number): void => {
    if (now < purgeAt) return
    for (const [name, { endsAt }] of windows) if (endsAt <= now) windows.delete(name)
    purgeAt = now + 60
  }

  const open = (name: string, { rule, now }: LimitedRequest): Window => {
    purge(now)
    windows.delete(name)
    if (windows.size >= mostWindows) windows.delete(windows.keys().next().value as string)
    const opened = { count: 0, endsAt: now + rule.windowSeconds }
    windows.set(name, opened)
    return opened
  }

  const current = (name: string, now: number): Window | undefined => {
    const window = windows.get(name)
    return window !== undefined && now < window.endsAt ? window : undefined
  }

  return {
    consume(request) {
      const name = nameOf(request)
      const window = current(name, request.now) ?? open(name, request)
      if (window.count >= request.rule.max) return beyond(window, request.now)
      window.count++
      return within
    },
    check(request) {
      const window = current(nameOf(request), request.now)
      return window !== undefined && window.count >= request.rule.max ? beyond(window, request.now) : within
    },
  }
}

function nameOf({ bucket, key }: LimitedRequest): string {
  return `${bucket} ${key}`
}

function beyond({ endsAt }: Window, now: number): RateLimitVerdict {
  return { allowed: false, retryAfterSeconds: endsAt - now }
}
