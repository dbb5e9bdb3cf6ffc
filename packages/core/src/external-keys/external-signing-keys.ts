import type { SigningKeySource } from '../contracts/key-set.ts'
import type { SigningAlgorithm } from '../protocol/signing-algorithm.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import { ecdsaSignatureFromDer } from './der.ts'
import { createExternalKeySet } from './key-set.ts'
import {
  type ExternalSigningKey,
  type ExternalSigningKeysOptions,
  parseExternalKeys,
  type SignatureRequest,
} from './options.ts'
import { withStoredKeys } from './with-stored-keys.ts'

export type {
  Awaitable,
  ExternalSigningKey,
  ExternalSigningKeysOptions,
  SignatureRequest,
  SigningAlgorithm,
  SigningKeySource,
}
export { ecdsaSignatureFromDer }

/**
 * Signs with keys that are not in this process nor its storage: in a key management service, a hardware security module or
 * a process of their own. You bring two functions, one that lists the public keys and one that signs; rotation is theirs.
 * What they answer is checked. While they fail, requests that need a signature end in 503 `temporarily_unavailable` and
 * use nothing up.
 * @throws {TypeError} for a wrong option; the message names it
 * @example
 * ```ts
 * import { ecdsaSignatureFromDer, externalSigningKeys } from '@oauth/core/external-signing-keys'
 *
 * const provider = createProvider({
 *   // ...
 *   idTokenSigningAlgorithm: 'ES256',
 *   accessTokenSigningAlgorithm: 'ES256',
 *   signingKeys: externalSigningKeys({
 *     algorithms: ['ES256'],
 *     // All keys that verify, oldest first, with the time from which each signs.
 *     list: ({ signal }) => signer.listKeys({ signal }),
 *     // One signature. `digest` is SHA-256 of `data`.
 *     sign: async ({ key, digest, signal }) => ecdsaSignatureFromDer(await signer.sign(key.kid, digest, { signal })),
 *   }),
 * })
 * ```
 */
export function externalSigningKeys<Key extends ExternalSigningKey>(
  options: ExternalSigningKeysOptions<Key>,
): SigningKeySource {
  const rules = parseExternalKeys(options as unknown as ExternalSigningKeysOptions)
  return {
    algorithms: rules.algorithms,
    othersInStorage: rules.storedKeys === 'sign',
    start(facts) {
      const external = createExternalKeySet(rules, facts)
      if (rules.storedKeys === 'none') return external
      const others = facts.algorithms.filter((name) => !(rules.algorithms as readonly string[]).includes(name))
      return withStoredKeys(external, facts.stored(others), rules)
    },
  }
}
