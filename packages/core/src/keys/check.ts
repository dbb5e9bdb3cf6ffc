import type { KeyCheck } from '../contracts/key-set.ts'
import { behindKeys } from './clock-watch.ts'
import { type KeyRing, type KeyRingOptions, signingKey } from './key-ring.ts'
import { clockProblem, secretProblem } from './problems.ts'

/**
 * Checks that this process can sign with each algorithm. It makes the very first keys, because otherwise no server
 * would be ready before its first request. It makes none when `secret` decrypts none of the stored keys.
 * @param look reads the keys
 * @param read reads the keys and makes missing ones
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
  // A warning: the process can sign, with keys that verifiers know.
  return { ok: true, ...(behind !== undefined && { problem: clockProblem(behind) }) }
}
