import { expect, test } from 'vitest'
import { remember } from '../src/remember.ts'
import { createTokenCache } from '../src/token-cache.ts'
import type { VerifiedToken } from '../src/verified-token.ts'

const clock = { time: 1000, now: () => clock.time }

test('a clock that was set back does not keep a verified token for longer (E10)', async () => {
  const cache = createTokenCache(30)
  const verified = { expiresAt: 5000 } as VerifiedToken
  await cache.set('token', verified, 1000)
  expect(await cache.get('token', 1029)).toBe(verified)
  expect(await cache.get('token', 900)).toBeUndefined()
})

test('a clock that was set back does not keep a loaded document in the cache for longer (E10)', async () => {
  let loads = 0
  const load = remember(async () => ++loads, { seconds: 300, retrySeconds: 10, clock })
  expect([await load(), await load()]).toEqual([1, 1])
  clock.time -= 5000
  expect([await load(), await load()]).toEqual([2, 2])
})

test('callers do not wait for ever for an attempt that never ends, as when a Worker ends with the request that began it', async () => {
  let attempts = 0
  const load = remember(
    async () => {
      attempts += 1
      const own = attempts
      if (own === 1) await new Promise(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, 500))
      return own
    },
    { seconds: 300, retrySeconds: 10, clock },
  )
  void load()
  expect(await Promise.all([load(), load()])).toEqual([2, 2])
  expect(await load()).toBe(2)
})
