import type { KeyCheck } from '../contracts/key-set.ts'
import { behindKeys } from './clock-watch.ts'
import { type KeyRing, type KeyRingOptions, signingKey } from './key-ring.ts'
import { clockProblem, secretProblem } from './problems.ts'

/**
 * Whether this process can sign with each algorithm. The very first keys are made, since otherwise nothing would be ready
 * before the first request; where `secret` opens none of those that are there, no other ones are.
 * @param look reads the keys
 * @param read reads the keys and makes those that are missing
 */
export async function checkKeys(
  options: Pick<KeyRingOptions, 'algorithms' | 'clock'>,
  look: () => Promise<KeyRing>,
  read: () => Promise<KeyRing>,
): Promise<KeyCheck> {
  const { algorithms, clock } = options
  let ring = await look()
  const cannotSign = (): readonly string[] =>
    algorithms.filter((algorithm) => signingKey(ring, algorithm, clock.now()) === undefined)
  const sealed = cannotSign().filter((algorithm) => ring.byAlgorithm.has(algorithm))
  if (sealed.length > 0) return { ok: false, problem: secretProblem(sealed) }
  if (cannotSign().length > 0) ring = await read()
  const missing = cannotSign()
  if (missing.length > 0) return { ok: false, problem: `there is no usable ${missing.join(' and no ')} signing key` }
  const behind = behindKeys(ring, clock.now())
  // It can sign, with keys that verifiers know: a warning.
  return { ok: true, ...(behind !== undefined && { problem: clockProblem(behind) }) }
}
