import { describe, expect, test } from 'vitest'
import type { RateLimiter, RateLimitRule, RateLimitVerdict } from '../../../src/contracts/rate-limit.ts'
import { createMemoryRateLimiter } from '../../../src/server/memory-rate-limiter.ts'

const minute: RateLimitRule = { max: 2, windowSeconds: 60 }

function consume(limiter: RateLimiter, key: string, now: number, rule = minute): RateLimitVerdict {
  return limiter.consume({ bucket: 'token', key, rule, now }) as RateLimitVerdict
}

describe('the rate limiter in memory', () => {
  test('allows `max` requests in a window and then tells when the next window begins', () => {
    const limiter = createMemoryRateLimiter()
    expect([100, 110].map((now) => consume(limiter, 'a', now).allowed)).toEqual([true, true])
    expect(consume(limiter, 'a', 120)).toEqual({ allowed: false, retryAfterSeconds: 40 })
    expect(consume(limiter, 'a', 159)).toEqual({ allowed: false, retryAfterSeconds: 1 })
    expect(consume(limiter, 'a', 160).allowed).toBe(true)
  })

  test('blocks nobody for longer than a window when the clock was set back (E10)', () => {
    const limiter = createMemoryRateLimiter()
    for (let count = 0; count < 3; count++) consume(limiter, 'a', 100_000)
    expect(consume(limiter, 'a', 100_000).allowed).toBe(false)
    expect([500, 501].map((now) => consume(limiter, 'a', now).allowed)).toEqual([true, true])
    expect(consume(limiter, 'a', 502)).toEqual({ allowed: false, retryAfterSeconds: 58 })
  })

  test('counts each key and each bucket separately', () => {
    const limiter = createMemoryRateLimiter()
    for (let count = 0; count < 3; count++) consume(limiter, 'a', 100)
    expect(consume(limiter, 'b', 100).allowed).toBe(true)
    const other = limiter.consume({ bucket: 'revoke', key: 'a', rule: minute, now: 100 }) as RateLimitVerdict
    expect(other.allowed).toBe(true)
  })

  test('check does not count a request', () => {
    const limiter = createMemoryRateLimiter()
    const request = { bucket: 'authentication', key: 'a', rule: minute, now: 100 } as const
    for (let count = 0; count < 5; count++) expect(limiter.check(request)).toMatchObject({ allowed: true })
    limiter.consume(request)
    expect(limiter.check(request)).toMatchObject({ allowed: true })
    limiter.consume(request)
    expect(limiter.check(request)).toEqual({ allowed: false, retryAfterSeconds: 60 })
    expect(limiter.check({ ...request, now: 160 })).toMatchObject({ allowed: true })
  })

  test('bounds its memory and removes the oldest window that is not exhausted', () => {
    const limiter = createMemoryRateLimiter()
    const wide: RateLimitRule = { max: 10, windowSeconds: 60 }
    for (let count = 0; count < 2; count++) consume(limiter, 'calm', 100, wide)
    for (let index = 0; index < 50_000; index++) consume(limiter, `key-${index}`, 100)
    // The limiter has forgotten the requests, so it admits ten more.
    for (let count = 0; count < 10; count++) expect(consume(limiter, 'calm', 100, wide).allowed).toBe(true)
    expect(consume(limiter, 'calm', 100, wide).allowed).toBe(false)
  })

  test('the rate limiter in memory does not forget a caller who has used most of the allowance under a flood of new keys (D15)', () => {
    const limiter = createMemoryRateLimiter()
    const wide: RateLimitRule = { max: 20, windowSeconds: 60 }
    for (let count = 0; count < 20; count++) consume(limiter, 'guesser', 100, wide)
    for (let count = 0; count < 15; count++) consume(limiter, 'patient guesser', 100, wide)
    for (let index = 0; index < 120_000; index++) consume(limiter, `key-${index}`, 100, wide)
    expect(consume(limiter, 'guesser', 101, wide)).toEqual({ allowed: false, retryAfterSeconds: 59 })
    const left = Array.from({ length: 6 }, () => consume(limiter, 'patient guesser', 101, wide).allowed)
    expect(left).toEqual([true, true, true, true, true, false])
  })

  test('the rate limiter in memory does not grow under a flood of callers that exhaust their allowances, and still counts new callers (D15)', () => {
    const limiter = createMemoryRateLimiter()
    for (let index = 0; index < 60_000; index++) {
      for (let count = 0; count < 2; count++) consume(limiter, `key-${index}`, 100)
    }
    for (let count = 0; count < 2; count++) consume(limiter, 'new', 100)
    expect(consume(limiter, 'new', 100).allowed).toBe(false)
    expect(consume(limiter, 'key-0', 100).allowed).toBe(true)
  })

  test('removes ended windows, so that live ones keep their place', () => {
    const limiter = createMemoryRateLimiter()
    const day: RateLimitRule = { max: 1, windowSeconds: 86_400 }
    consume(limiter, 'patient', 100, day)
    for (let index = 0; index < 49_999; index++) consume(limiter, `old-${index}`, 100)
    for (let index = 0; index < 49_999; index++) consume(limiter, `new-${index}`, 200)
    expect(consume(limiter, 'patient', 200, day).allowed).toBe(false)
  })
})
