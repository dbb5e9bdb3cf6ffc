import type { Clock } from '../../contracts/clock.ts'
import type { Random } from '../../contracts/random.ts'

/** Replacements for the time and the randomness of the platform, for tests. */
export interface TestingOptions {
  /** Tells the time in whole seconds since the epoch. A test sets it. Default: the system's clock. */
  readonly clock?: Clock | undefined
  /** Makes random bytes. A test makes them predictable; production must not. Default: the platform's generator. */
  readonly random?: Random | undefined
}
