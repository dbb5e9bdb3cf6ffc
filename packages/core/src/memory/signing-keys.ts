import type { SigningKeyRecord, SigningKeyStore } from '../storage/signing-key.ts'
import type { Tables } from './tables.ts'

/** Orders keys by algorithm and generation. */
export function byAlgorithmAndGeneration(a: SigningKeyRecord, b: SigningKeyRecord): number {
  if (a.algorithm !== b.algorithm) return a.algorithm < b.algorithm ? -1 : 1
  return a.generation - b.generation
}

export function signingKeyStore({ signingKeys }: Tables): SigningKeyStore {
  return {
    list: () => [...signingKeys.values()].sort(byAlgorithmAndGeneration),
    insert(record) {
      for (const key of signingKeys.values()) {
        if (key.id === record.id || byAlgorithmAndGeneration(key, record) === 0) return 'exists'
      }
      signingKeys.put(record)
      return 'won'
    },
    delete(id) {
      signingKeys.delete(id)
    },
  }
}
