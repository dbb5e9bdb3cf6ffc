const classic = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'Ed25519', 'EdDSA']

/** The algorithms that resist quantum computers ({@link https://www.rfc-editor.org/rfc/rfc9964 RFC 9964}). */
const mlDsa = ['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87']

interface MaybeSupports {
  readonly SubtleCrypto?: { readonly supports?: (operation: string, algorithm: string) => boolean }
}

/** Whether this platform verifies ML-DSA signatures. Platforms that cannot be asked have no ML-DSA. */
function hasMlDsa(): boolean {
  const { SubtleCrypto } = globalThis as MaybeSupports
  return mlDsa.every((algorithm) => SubtleCrypto?.supports?.('verify', algorithm) === true)
}

/**
 * Returns the signature algorithms that tokens may have. All are asymmetric: with a symmetric one, the resource server
 * could also sign tokens. By default these are all that the platform has.
 * @throws {TypeError} for an algorithm that is unknown, or that this platform does not have
 */
export function resolveAlgorithms(chosen: readonly string[] | undefined): readonly string[] {
  if (chosen === undefined) return hasMlDsa() ? [...classic, ...mlDsa] : classic
  for (const algorithm of chosen) {
    if (classic.includes(algorithm) || (mlDsa.includes(algorithm) && hasMlDsa())) continue
    if (!mlDsa.includes(algorithm)) {
      throw new TypeError(`algorithms: ${algorithm} is not an asymmetric signature algorithm`)
    }
    throw new TypeError(
      `algorithms: ${algorithm} is not supported by the Web Crypto API of this platform: run the API on Node 24.7 or newer`,
    )
  }
  if (chosen.length === 0) throw new TypeError('algorithms: must not be empty')
  return chosen
}
