import type { Clock } from '../../contracts/clock.ts'
import type { Random } from '../../contracts/random.ts'

/** Seams for tests. */
export interface TestingOptions {
  /** Default: the system's. */
  readonly clock?: Clock | undefined
  /** Default: the platform's. */
  readonly random?: Random | undefined
}
