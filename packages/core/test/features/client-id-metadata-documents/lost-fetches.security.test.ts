import { fixedClock } from '@oauth/core/testing'
import { expect, test } from 'vitest'
import { createFetchLimits } from '../../../src/features/client-id-metadata-documents/fetch-limits.ts'

test('fetches that never tell their end, as on a Worker whose clients went away, do not close a host for ever (E08)', () => {
  const clock = fixedClock()
  const limits = createFetchLimits(clock, { perMinute: 100, perMinuteAndHost: 100, atOnce: 3, atOncePerHost: 2 })
  const ends = [limits.begin('a.example'), limits.begin('a.example')]
  expect(() => limits.begin('a.example')).toThrow('too many client documents')
  limits.begin('b.example')
  expect(() => limits.begin('c.example')).toThrow('too many client documents')
  clock.advance(60)
  const next = [limits.begin('a.example'), limits.begin('a.example')]
  // The end of a fetch that no longer counts makes no room for another one.
  for (const end of ends) end()
  expect(() => limits.begin('a.example')).toThrow('too many client documents')
  next[0]?.()
  expect(limits.begin('a.example')).toBeTypeOf('function')
})
