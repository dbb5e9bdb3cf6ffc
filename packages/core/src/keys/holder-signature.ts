import { type CryptoKey, importJWK, type JWK } from 'jose'
import { verifyCompact } from '../crypto/compact-signature.ts'
import { sha256 } from '../crypto/hash.ts'

/** A JWT that its holder signed with a key that the JWT itself contains, for instance a DPoP proof. */
export interface HolderJwt {
  readonly jwt: string
  /** The checked public key: the members that the thumbprint has, and no others. */
  readonly jwk: Readonly<Record<string, unknown>>
  readonly algorithm: string
}

/**
 * Keys that were imported before, by algorithm and thumbprint: a client signs many proofs with one key, and importing it
 * takes as long as a verification. The oldest goes first.
 */
const imported = new Map<string, CryptoKey | Uint8Array>()
const mostImported = 1000

/**
 * Verifies the signature with the key that the JWT contains. It proves that whoever made the JWT holds the key, and nothing
 * about who that is.
 * @returns the thumbprint of the key ({@link https://www.rfc-editor.org/rfc/rfc7638 RFC 7638}, SHA-256); `undefined` when
 * another key has signed, or the key is none
 */
export async function verifyHolderSignature({ jwt, jwk, algorithm }: HolderJwt): Promise<string | undefined> {
  const thumbprint = await holderThumbprint(jwk)
  try {
    const key = await importOnce(`${algorithm} ${thumbprint}`, jwk, algorithm)
    return (await verifyCompact(jwt, key, algorithm)) ? thumbprint : undefined
  } catch {
    return undefined
  }
}

/** The thumbprint of a key that `holderKey` has read ({@link https://www.rfc-editor.org/rfc/rfc7638 RFC 7638}, SHA-256). */
export async function holderThumbprint(jwk: HolderJwt['jwk']): Promise<string> {
  return sha256(JSON.stringify(jwk, Object.keys(jwk).sort()))
}

async function importOnce(name: string, jwk: HolderJwt['jwk'], algorithm: string): Promise<CryptoKey | Uint8Array> {
  const known = imported.get(name)
  if (known !== undefined) return known
  const key = await importJWK(jwk as JWK, algorithm)
  const [oldest] = imported.keys()
  if (imported.size >= mostImported && oldest !== undefined) imported.delete(oldest)
  imported.set(name, key)
  return key
}
