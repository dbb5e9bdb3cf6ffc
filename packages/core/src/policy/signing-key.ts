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
