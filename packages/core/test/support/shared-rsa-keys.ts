const made = new Map<string, Promise<CryptoKeyPair>[]>()
const taken = new Map<string, number>()

/** How many key pairs a worker makes for each use: no test outside test/keys rotates more often. */
const pairs = 4

/**
 * Makes `crypto.subtle` draw RSA key pairs from a few that the worker keeps, each time the next one. Making one takes a
 * sixth of a second of processor time, and most worlds in the tests only need any key. Other keys are made anew.
 */
export function shareRsaKeys(): () => void {
  const { subtle } = globalThis.crypto
  const generateKey = subtle.generateKey.bind(subtle)
  const draw = (algorithm: RsaHashedKeyGenParams, extractable: boolean, usages: KeyUsage[]) => {
    const kind = JSON.stringify([algorithm.name, algorithm.hash, algorithm.modulusLength, extractable, usages])
    const pool = made.get(kind) ?? []
    const turn = taken.get(kind) ?? 0
    made.set(kind, pool)
    taken.set(kind, turn + 1)
    pool[turn % pairs] ??= generateKey(algorithm, extractable, usages) as Promise<CryptoKeyPair>
    return pool[turn % pairs]
  }
  subtle.generateKey = ((algorithm: RsaHashedKeyGenParams, extractable: boolean, usages: KeyUsage[]) =>
    typeof algorithm === 'object' && algorithm.name.startsWith('RSA')
      ? draw(algorithm, extractable, usages)
      : generateKey(algorithm, extractable, usages)) as SubtleCrypto['generateKey']
  return () => {
    // Its own method hides that of the prototype; without it, the platform's is there again.
    Reflect.deleteProperty(subtle, 'generateKey')
  }
}
