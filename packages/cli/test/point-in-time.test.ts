import { expect, test } from 'vitest'
import { pointInTime } from '../src/point-in-time.ts'

const now = 1_795_873_500
const at = (text: string): number => pointInTime('--since', text, now)

test.each<[string, number]>([
  ['90s', now - 90],
  ['30m', now - 1800],
  ['24h', now - 86_400],
  ['7d', now - 604_800],
  ['1795873400', 1_795_873_400],
  ['2026-11-28', 1_795_824_000],
  ['2026-11-28T10:00', 1_795_860_000],
  ['2026-11-28T10:00:05Z', 1_795_860_005],
  ['2026-11-28T10:00+02:00', 1_795_852_800],
  // As the command line writes times.
  ['2026-11-28 10:00:05 UTC', 1_795_860_005],
])('%s is the second %d, also where the machine is in another zone', (text, seconds) => {
  const before = process.env.TZ
  process.env.TZ = 'America/New_York'
  try {
    expect(at(text)).toBe(seconds)
  } finally {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  }
})

test.each([
  '',
  '7',
  '1w',
  '-1d',
  '2026-02-30x',
  '2026-02-31',
  '2026-02-29T10:00',
  '2026-13-01',
  'yesterday',
  '10:00',
  '1e9',
  '2026-11-28T25:00',
])('%j is no time', (text) => {
  expect(() => at(text)).toThrow('--since must be how long ago')
})
