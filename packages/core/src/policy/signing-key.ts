import type { SigningKeyRecord } from '../storage/signing-key.ts'

/** A key with its place in time. */
export interface ScheduledKey<Key extends SigningKeyRecord = SigningKeyRecord> {
  readonly key: Key
  readonly state: 'next' | 'active' | 'retired'
  /** Seconds since the epoch from which no token that it signed can be good; `Infinity` while it may sign. */
  readonly neededUntil: number
}

/**
 * Where each key of one algorithm stands. A key signs from its `activatesAt` until its successor's; all processes come
 * to the same answer without writing anything.
 * @param keys of one algorithm, in the order of their generations
 * @param longestLifetime of anything that they sign, in seconds
 */
export function scheduleKeys<Key extends SigningKeyRecord>(
  keys: readonly Key[],
  now: number,
  longestLifetime: number,
): readonly ScheduledKey<Key>[] {
  const active = keys.findLastIndex((key) => key.activatesAt <= now)
  return keys.map((key, index) => {
    const successor = keys[index + 1]
    const neededUntil = successor === undefined ? Number.POSITIVE_INFINITY : successor.activatesAt + longestLifetime
    return { key, state: index > active ? 'next' : index === active ? 'active' : 'retired', neededUntil }
  })
}

/**
 * The key that signs now, of those of one algorithm that can be opened, oldest first: the newest active one. Where the
 * clock says that none is active yet, it was set back, or another process's clock was ahead. The latest time at which a
 * key was made has certainly passed: the key that was active then signs, for that is the one which verifiers know.
 */
export function chooseSigningKey<Key extends SigningKeyRecord>(keys: readonly Key[], now: number): Key | undefined {
  const active = keys.findLast((key) => key.activatesAt <= now)
  if (active !== undefined) return active
  const passed = Math.max(...keys.map(({ createdAt }) => createdAt))
  const latest = keys.findLastIndex(({ createdAt }) => createdAt === passed)
  return keys.slice(0, latest + 1).findLast((key) => key.activatesAt <= passed) ?? keys[0]
}

/** Seconds by which the clocks of two processes of one server may differ before the server says so. */
const clockTolerance = 60

/** Seconds by which the clock is behind what has certainly passed, when that is too much. */
export function clockBehind(passed: readonly number[], now: number): number | undefined {
  const behind = Math.max(now, ...passed) - now
  return behind > clockTolerance ? behind : undefined
}
