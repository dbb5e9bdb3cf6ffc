import { calculateJwkThumbprint, compactVerify, importJWK, type JWK } from 'jose'

/** A JWT that its holder signed with a key that the JWT itself contains, for instance a DPoP proof. */
export interface HolderJwt {
  readonly jwt: string
  /** The checked public key. */
  readonly jwk: Readonly<Record<string, unknown>>
  readonly algorithm: string
}

/**
 * Verifies the signature with the key that the JWT contains. It proves that whoever made the JWT holds the key, and nothing
 * about who that is.
 * @returns the thumbprint of the key ({@link https://www.rfc-editor.org/rfc/rfc7638 RFC 7638}, SHA-256); `undefined` when
 * another key has signed, or the key is none
 */
export async function verifyHolderSignature({ jwt, jwk, algorithm }: HolderJwt): Promise<string | undefined> {
  try {
    await compactVerify(jwt, await importJWK(jwk as JWK, algorithm), { algorithms: [algorithm] })
    return await calculateJwkThumbprint(jwk as JWK, 'sha256')
  } catch {
    return undefined
  }
}
