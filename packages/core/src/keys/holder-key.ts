import { publicKeyProblem } from '../crypto/public-key.ts'

type Members = Readonly<Record<string, unknown>>

/** The members that make up a public key, by its `kty`. */
const keyMembers: Readonly<Record<string, readonly string[]>> = {
  RSA: ['kty', 'n', 'e'],
  EC: ['kty', 'crv', 'x', 'y'],
  OKP: ['kty', 'crv', 'x'],
}

/** The `kty` that each algorithm needs. */
const keyTypes: Readonly<Record<string, string>> = {
  RS256: 'RSA',
  PS256: 'RSA',
  ES256: 'EC',
  EdDSA: 'OKP',
  Ed25519: 'OKP',
}

/**
 * Reads the public key that the holder of a key publishes about itself, for instance in a DPoP proof.
 * @returns the members that make up the key, which say nothing else about it; a text that says what is wrong
 */
export function holderKey(jwk: unknown): Members | string {
  if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk)) return 'must be the public key of the client'
  // How the key is named, and what else it is for, says nothing about its strength.
  const { kid: _, use: __, ...key } = jwk as Members
  const problem = publicKeyProblem(key)
  if (problem !== undefined) return problem
  return Object.fromEntries((keyMembers[key.kty as string] ?? []).map((name) => [name, key[name]]))
}

/** Reads such a key, which must be one for this algorithm. */
export function holderKeyFor(jwk: unknown, algorithm: string): Members | string {
  const key = holderKey(jwk)
  return typeof key === 'string' || key.kty === keyTypes[algorithm] ? key : `must be a key for ${algorithm}`
}
