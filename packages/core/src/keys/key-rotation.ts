import type { KeyRotation } from '../contracts/key-set.ts'
import { addSigningKey, type KeyRing, type KeyRingOptions, scheduleRing } from './key-ring.ts'
import { isOpen } from './load.ts'
import type { RingReads } from './ring-reads.ts'

export interface KeySetOptions extends KeyRingOptions {
  readonly issuer: string
  /** Seconds between the publication of a new key and its first signature. */
  readonly activationDelay: number
}

/**
 * Adds a key for each algorithm. The server publishes it at once and signs with it after the delay. With `dropPrevious`
 * it signs at once, and all earlier keys are deleted.
 */
export async function rotateKeys(
  options: KeySetOptions,
  { read, readAfterChange }: RingReads<KeyRing>,
  { dropPrevious = false, activateAfter = options.activationDelay }: KeyRotation,
): Promise<void> {
  const activatesAt = options.clock.now() + (dropPrevious ? 0 : activateAfter)
  const before = await read()
  for (const algorithm of options.algorithms) await addSigningKey(options, before, algorithm, activatesAt)
  if (dropPrevious) for (const id of before.byId.keys()) await options.store.delete(id)
  await readAfterChange()
}

/** Deletes the keys that no valid token needs, and returns how many. */
export async function purgeKeys(
  options: KeySetOptions,
  { read, readAfterChange }: RingReads<KeyRing>,
): Promise<number> {
  const now = options.clock.now()
  let purged = 0
  for (const keys of (await read()).byAlgorithm.values()) {
    for (const { key, neededUntil } of scheduleRing(keys, now, options.longestLifetime)) {
      // A process with another secret may sign with a key that this one cannot decrypt. If it were deleted, that
      // process would make a new one each time.
      if (neededUntil > now || !isOpen(key)) continue
      await options.store.delete(key.id)
      purged++
    }
  }
  if (purged > 0) await readAfterChange()
  return purged
}
