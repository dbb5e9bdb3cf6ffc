import type { SigningKeyRecord } from '../storage/signing-key.ts'

/** A signing key with its state at a given time. */
export interface ScheduledKey<Key extends SigningKeyRecord = SigningKeyRecord> {
  readonly key: Key
  readonly state: 'next' | 'active' | 'retired'
  /** Seconds since the epoch from which no token that the key signed can be valid; `Infinity` while it may sign. */
  readonly neededUntil: number
}

/**
 * Computes the state of each key of one algorithm. A key signs from its `activatesAt` until that of its successor. All
 * processes get the same result, without a write.
 * @param keys the keys of one algorithm, in the order of their generations
 * @param longestLifetime the longest lifetime of a token that they sign, in seconds
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
 * Chooses the key that signs now: the newest active one. `keys` are the keys of one algorithm that this process can
 * decrypt, oldest first. When no key is active yet, the clock was set back, or the clock of another process was ahead.
 * The latest time at which a key was made has certainly passed, so the key that was active at that time signs:
 * verifiers know it.
 */
export function chooseSigningKey<Key extends SigningKeyRecord>(keys: readonly Key[], now: number): Key | undefined {
  const active = keys.findLast((key) => key.activatesAt <= now)
  if (active !== undefined) return active
  const passed = Math.max(...keys.map(({ createdAt }) => createdAt))
  const latest = keys.findLastIndex(({ createdAt }) => createdAt === passed)
  return keys.slice(0, latest + 1).findLast((key) => key.activatesAt <= passed) ?? keys[0]
}

/** By how many seconds the clocks of two processes may differ before the server reports it. */
const clockTolerance = 60

/**
 * Returns by how many seconds the clock is behind the latest of these times, which have certainly passed; `undefined`
 * within the tolerance.
 */
export function clockBehind(passed: readonly number[], now: number): number | undefined {
  const behind = Math.max(now, ...passed) - now
  return behind > clockTolerance ? behind : undefined
}
