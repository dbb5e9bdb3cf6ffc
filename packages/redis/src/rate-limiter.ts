import { createHash } from 'node:crypto'
import { type LimitedRequest, memoryRateLimiter, type RateLimiter, type RateLimitVerdict } from '@oauth/core'
import { commandsOf, type RedisCommands } from './commands.ts'
import { runScript } from './script.ts'
import { withinTime } from './time-limit.ts'

/** Options of `redisRateLimiter`. */
export interface RedisRateLimiterOptions {
  /** A connected client of `ioredis` or `redis`. It stays yours: the limiter never closes it. */
  readonly client: RedisCommands
  /**
   * What happens to a request while Redis does not answer. `local`: this process counts by itself. `open`: the request goes on
   * without a limit. `closed`: the client gets 429 and may try again after a second, also with good credentials. Default
   * `local`.
   */
  readonly whenUnavailable?: 'local' | 'open' | 'closed' | undefined
  /**
   * Gets the error when Redis has failed. The limiter leaves Redis alone for a second after a failure, so this is called at
   * most about once a second in a process, plus once for each request that was waiting.
   */
  readonly onError: (error: unknown) => void
  /** How long a request waits for Redis, in seconds. Default 0.25. */
  readonly timeoutSeconds?: number | undefined
  /** The beginning of each key. Servers that share a Redis need different ones. Default `oauth:limit:`. */
  readonly prefix?: string | undefined
}

/** Seconds without an attempt after a failure, so that a Redis that hangs does not hold up each request. */
const pauseSeconds = 1

/**
 * Makes a rate limiter whose counters are in Redis, so that all processes of a server count together. A request takes one
 * round trip for each limit, which is atomic in Redis: of fifty at the same time, exactly `max` are allowed. Each key is a
 * hash with an expiry: no address and no `client_id` is readable in Redis, and memory follows traffic.
 * @throws {TypeError} when an option is wrong
 * @example
 * ```ts
 * import { createProvider } from '@oauth/core'
 * import { redisRateLimiter } from '@oauth/redis'
 * import { Redis } from 'ioredis'
 *
 * const provider = createProvider({
 *   ...options,
 *   rateLimit: {
 *     clientAddress: (request) => request.headers.get('x-real-ip') ?? undefined,
 *     limiter: redisRateLimiter({ client: new Redis(), onError: console.error }),
 *   },
 * })
 * ```
 */
export function redisRateLimiter(options: RedisRateLimiterOptions): RateLimiter {
  const { client, whenUnavailable = 'local', onError, timeoutSeconds = 0.25, prefix = 'oauth:limit:' } = options
  if (typeof onError !== 'function') throw new TypeError('redisRateLimiter: onError must be a function')
  if (!(timeoutSeconds > 0 && timeoutSeconds <= 60)) {
    throw new TypeError('redisRateLimiter: timeoutSeconds must be more than 0, and at most 60')
  }
  const substitute = substitutes[whenUnavailable]?.()
  if (substitute === undefined) {
    throw new TypeError("redisRateLimiter: whenUnavailable must be 'local', 'open' or 'closed'")
  }
  const send = commandsOf(client)
  let pausedUntil = 0

  const ask = async (verb: 'consume' | 'check', request: LimitedRequest): Promise<RateLimitVerdict> => {
    // A monotonic clock, which nobody sets back.
    if (performance.now() < pausedUntil) return substitute[verb](request)
    const { max, windowSeconds } = request.rule
    const args = [`${max}`, `${windowSeconds * 1000}`, verb === 'consume' ? '1' : '0']
    try {
      const answer = await withinTime(runScript(send, prefix + nameOf(request), args), timeoutSeconds, 'Redis')
      const milliseconds = Number(answer)
      if (!Number.isSafeInteger(milliseconds)) throw new TypeError('Redis answered the script with no number')
      return { allowed: milliseconds === 0, retryAfterSeconds: milliseconds / 1000 }
    } catch (error) {
      pausedUntil = performance.now() + pauseSeconds * 1000
      report(onError, error)
      return substitute[verb](request)
    }
  }

  return {
    consume: (request) => ask('consume', request),
    check: (request) => ask('check', request),
  }
}

/** The limiters that decide while Redis does not. */
const substitutes: Readonly<Record<string, () => RateLimiter>> = {
  local: memoryRateLimiter,
  open: () => constant({ allowed: true, retryAfterSeconds: 0 }),
  closed: () => constant({ allowed: false, retryAfterSeconds: pauseSeconds }),
}

function constant(verdict: RateLimitVerdict): RateLimiter {
  return { consume: () => verdict, check: () => verdict }
}

/**
 * Names the window of a request. The key comes from outside, so only its hash gets into Redis. The length of the window is
 * part of it, so that a changed rule opens new windows. One script has one key, so a cluster needs no hash tags.
 */
function nameOf({ bucket, key, rule }: LimitedRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([bucket, rule.windowSeconds, key]))
    .digest('base64url')
}

/** A failing `onError` must not fail the request. */
function report(onError: (error: unknown) => void, error: unknown): void {
  try {
    onError(error)
  } catch {
    // There is nobody left to tell.
  }
}
