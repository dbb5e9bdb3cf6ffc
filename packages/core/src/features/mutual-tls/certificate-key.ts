type Members = Readonly<Record<string, unknown>>

/** How WebCrypto names the algorithm of a public key, by `kty` and `crv` of its JWK. */
function algorithmOf({ kty, crv }: Members): RsaHashedImportParams | EcKeyImportParams | Algorithm | undefined {
  if (kty === 'RSA') return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  if (kty === 'EC' && typeof crv === 'string') return { name: 'ECDSA', namedCurve: crv }
  return kty === 'OKP' && crv === 'Ed25519' ? { name: 'Ed25519' } : undefined
}

const members = ['kty', 'crv', 'n', 'e', 'x', 'y']

/**
 * Tells whether a JWK is the public key of a certificate, as {@link https://www.rfc-editor.org/rfc/rfc7517#section-4.7 RFC
 * 7517 section 4.7} demands of `x5c`.
 * @param publicKey the key of the certificate, as a `SubjectPublicKeyInfo` in DER
 */
export async function isKeyOf(publicKey: Uint8Array<ArrayBuffer>, jwk: Members): Promise<boolean> {
  const algorithm = algorithmOf(jwk)
  if (algorithm === undefined) return false
  try {
    const key = await crypto.subtle.importKey('spki', publicKey, algorithm, true, ['verify'])
    const exported = (await crypto.subtle.exportKey('jwk', key)) as Members
    return members.every((name) => exported[name] === jwk[name])
  } catch {
    return false
  }
}
