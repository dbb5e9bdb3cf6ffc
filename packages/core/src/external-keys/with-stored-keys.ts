import type { KeyCheck, KeyRotation, KeySet } from '../contracts/key-set.ts'
import type { ExternalKeySet } from './key-set.ts'
import type { ExternalKeyRules } from './options.ts'

/**
 * Puts the keys outside and those in the storage together. Each algorithm signs in one place. With `storedKeys: 'verify'`
 * the keys in the storage only verify.
 */
export function withStoredKeys(external: ExternalKeySet, stored: KeySet, rules: ExternalKeyRules): KeySet {
  const isExternal = (algorithm: string): boolean => (rules.algorithms as readonly string[]).includes(algorithm)
  return {
    signingKeyId: (algorithm) => (isExternal(algorithm) ? external : stored).signingKeyId(algorithm),
    sign: (algorithm, ...rest) => (isExternal(algorithm) ? external : stored).sign(algorithm, ...rest),

    async verify(...jwt) {
      if (await external.names(jwt[0])) return external.verify(...jwt)
      return (await stored.verify(...jwt)) ?? external.verify(...jwt)
    },

    async list() {
      const outside = await external.list()
      const ids = new Set(outside.map(({ id }) => id))
      // A stored key of an algorithm that signs outside only verifies.
      const others = (await stored.list())
        .filter(({ id }) => !ids.has(id))
        .map((key) => (isExternal(key.algorithm) ? { ...key, state: 'retired' as const } : key))
      return [...outside, ...others]
    },

    async jwks() {
      return joined(await external.jwks(), await stored.jwks())
    },

    async rotate(rotation: KeyRotation = {}) {
      if (rules.storedKeys === 'verify' && rotation.dropPrevious !== true) return external.rotate(rotation)
      return stored.rotate(rotation)
    },

    purge: () => stored.purge(),

    async check(): Promise<KeyCheck> {
      const outside = await external.check()
      if (!outside.ok) return outside
      return stored.check()
    },
  }
}

interface Jwks {
  readonly keys: readonly { readonly kid: string }[]
}

/** Joins two JWK sets. A key that moved outside with its key id is in both: the one outside counts. */
function joined(external: string, stored: string): string {
  const { keys } = JSON.parse(external) as Jwks
  const kids = new Set(keys.map(({ kid }) => kid))
  const others = (JSON.parse(stored) as Jwks).keys.filter(({ kid }) => !kids.has(kid))
  return JSON.stringify({ keys: [...keys, ...others] })
}
