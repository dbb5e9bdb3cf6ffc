import type { SigningKeyInformation } from '../contracts/key-set.ts'
import { type KeyRing, scheduleRing } from './key-ring.ts'
import { isOpen } from './load.ts'

/** Returns what the operator may know of the keys in the storage. */
export function listKeys(ring: KeyRing, now: number, longestLifetime: number): readonly SigningKeyInformation[] {
  return [...ring.byAlgorithm.values()].flatMap((keys) =>
    scheduleRing(keys, now, longestLifetime).map(({ key, state, neededUntil }) => ({
      id: key.id,
      algorithm: key.algorithm,
      state,
      place: 'storage' as const,
      usable: isOpen(key),
      createdAt: key.createdAt,
      activatesAt: key.activatesAt,
      ...(Number.isFinite(neededUntil) && { neededUntil }),
    })),
  )
}
