import type { Clock } from './clock.ts'

/**
 * Where a resource remembers the proofs that it has accepted. With several processes, a proof works once in each of them
 * unless they share a store, for instance Redis (`SET id 1 NX EXAT refusedFrom`).
 */
export interface ReplayStore {
  /**
   * Remembers a proof in one atomic step: of several calls with one id, one gets `true`.
   * @param id a hash of 43 characters
   * @param refusedFrom seconds since the epoch, from which the proof is refused anyway and may be forgotten
   */
  claim(id: string, refusedFrom: number): Promise<boolean> | boolean
}

/** How many proofs the memory holds: those of a minute with more than three thousand requests a second. */
const most = 200_000

/** Remembers proofs in the memory of this process. When it is full, it forgets the oldest. */
export function memoryReplays(clock: Clock): ReplayStore {
  const claimed = new Map<string, number>()
  return {
    claim(id, refusedFrom) {
      const now = clock.now()
      const until = claimed.get(id)
      if (until !== undefined && until > now) return false
      forget(claimed, now)
      claimed.delete(id)
      claimed.set(id, refusedFrom)
      return true
    },
  }
}

/** Deletes the oldest entries that have expired, and one more when there is no room. */
function forget(claimed: Map<string, number>, now: number): void {
  for (const [id, until] of claimed) {
    if (until > now) break
    claimed.delete(id)
  }
  const [oldest] = claimed.keys()
  if (claimed.size >= most && oldest !== undefined) claimed.delete(oldest)
}
