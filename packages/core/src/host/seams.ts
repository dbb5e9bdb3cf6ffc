import type { Clock } from '../contracts/clock.ts'
import type { Random } from '../contracts/random.ts'
import { leastMilliseconds } from '../protocol/seconds.ts'
import { kindOf } from './wrong-answer.ts'

/**
 * Wraps the option `clock` so that its answer is checked. With milliseconds or fractions, every lifetime would be
 * wrong.
 */
export function checkedClock(clock: Clock): Clock {
  return {
    now() {
      const now: unknown = clock.now()
      if (Number.isSafeInteger(now) && (now as number) >= 0 && (now as number) < leastMilliseconds) return now as number
      const kind = typeof now === 'number' && Number.isFinite(now) ? now : kindOf(now)
      throw new TypeError(`clock.now() must answer with whole seconds since the epoch; it is ${kind}`)
    },
  }
}

/**
 * Wraps the option `random` so that its answer is checked. With fewer bytes than requested, credentials could be
 * guessed.
 */
export function checkedRandom(random: Random): Random {
  return {
    bytes(length) {
      const bytes: unknown = random.bytes(length)
      if (isBytes(bytes) && bytes.length === length) return bytes
      throw new TypeError(
        `random.bytes(${length}) must answer with a Uint8Array of that length; it is ${kindOf(bytes)}`,
      )
    },
  }
}

/** Tells whether a value is a `Uint8Array`, also one of another realm, as in the sandbox of a framework. */
function isBytes(value: unknown): value is Uint8Array {
  return Object.prototype.toString.call(value) === '[object Uint8Array]'
}
