import { clockBehind } from '../policy/signing-key.ts'
import type { KeyRing, KeyRingOptions } from './key-ring.ts'
import { clockProblem } from './problems.ts'

/**
 * Returns by how many seconds the clock is behind the newest key and the last reading of the keys; `undefined` within
 * the tolerance.
 */
export function behindKeys(ring: KeyRing, now: number, before?: KeyRing): number | undefined {
  const made = [...ring.byId.values()].map(({ createdAt }) => createdAt)
  return clockBehind(before === undefined ? made : [...made, before.readAt], now)
}

/** Checks the clock with each reading of the keys, and emits one event each time the clock was set back. */
export function createClockWatch({
  clock,
  emit,
}: Pick<KeyRingOptions, 'clock' | 'emit'>): (ring: KeyRing, before: KeyRing | undefined) => void {
  let isBehind = false
  return (ring, before) => {
    const behindSeconds = behindKeys(ring, clock.now(), before)
    if (behindSeconds !== undefined && !isBehind) {
      emit({ type: 'clock.set_back', behindSeconds, problem: clockProblem(behindSeconds) })
    }
    isBehind = behindSeconds !== undefined
  }
}
