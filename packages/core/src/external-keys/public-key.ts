import { decodeBase64url } from '../crypto/base64url.ts'
import { isMlDsa, mlDsaSizes } from '../crypto/ml-dsa.ts'
import { publicKeyProblem } from '../crypto/public-key.ts'
import { isRecord } from '../host/wrong-answer.ts'
import { readPublicKeyFile } from '../keys/public-key-file.ts'
import type { SigningAlgorithm } from '../protocol/signing-algorithm.ts'
import type { ExternalSigningKey } from './options.ts'

/** A public key as it is published, without `kid`, `alg` and `use`. */
export type PublicJwk = Readonly<Record<string, string>>

/** The members of the public keys of each algorithm. */
const membersOf: Readonly<Record<SigningAlgorithm, readonly string[]>> = {
  RS256: ['kty', 'n', 'e'],
  PS256: ['kty', 'n', 'e'],
  ES256: ['kty', 'crv', 'x', 'y'],
  EdDSA: ['kty', 'crv', 'x'],
  'ML-DSA-44': ['kty', 'pub'],
  'ML-DSA-65': ['kty', 'pub'],
  'ML-DSA-87': ['kty', 'pub'],
}

const keyTypes: Readonly<Record<string, string>> = { RS256: 'RSA', PS256: 'RSA', ES256: 'EC', EdDSA: 'OKP' }

/**
 * Reads a public key that the host answered, and checks that it is one for the algorithm.
 * @param name what the key is called in error texts
 * @throws {TypeError} for a private key, a key of another kind or a weak one
 */
export async function readPublicKey(name: string, { algorithm, publicKey }: ExternalSigningKey): Promise<PublicJwk> {
  const jwk = await readJwk(name, algorithm, publicKey)
  const problem = isMlDsa(algorithm) ? mlDsaProblem(algorithm, jwk) : classicProblem(algorithm, jwk)
  if (problem !== undefined) throw new TypeError(`${name} ${problem}`)
  return Object.fromEntries(membersOf[algorithm].map((member) => [member, String(jwk[member])]))
}

async function readJwk(
  name: string,
  algorithm: SigningAlgorithm,
  publicKey: ExternalSigningKey['publicKey'],
): Promise<Readonly<Record<string, unknown>>> {
  if (typeof publicKey !== 'string' && !(publicKey instanceof Uint8Array)) {
    if (isRecord(publicKey)) return publicKey
    throw new TypeError(`${name} must be a JWK, or a public key in PEM or DER`)
  }
  try {
    return await readPublicKeyFile(publicKey, algorithm)
  } catch (cause) {
    throw new TypeError(`${name} must be a public key (SPKI) for ${algorithm} in PEM or DER`, { cause })
  }
}

function classicProblem(algorithm: SigningAlgorithm, jwk: Readonly<Record<string, unknown>>): string | undefined {
  const { kty, use, alg } = jwk
  const problem = publicKeyProblem(jwk)
  if (problem !== undefined) return problem
  if (kty !== keyTypes[algorithm]) return `must have the kty ${keyTypes[algorithm]} for ${algorithm}`
  return useProblem(algorithm, use, alg)
}

function mlDsaProblem(
  algorithm: keyof typeof mlDsaSizes,
  { kty, alg, use, pub, priv }: Readonly<Record<string, unknown>>,
): string | undefined {
  if (priv !== undefined) return 'must not be a private key'
  if (kty !== 'AKP' || alg !== algorithm) return `must have the kty AKP and the alg ${algorithm}`
  const { publicKey: size } = mlDsaSizes[algorithm]
  const bytes = typeof pub === 'string' && pub.length < 2 * size ? decodeBase64url(pub) : undefined
  return bytes?.length === size ? useProblem(algorithm, use, alg) : `must have a pub of ${size} bytes, in base64url`
}

function useProblem(algorithm: SigningAlgorithm, use: unknown, alg: unknown): string | undefined {
  if (use !== undefined && use !== 'sig') return 'must be a key for signatures (use: sig)'
  return alg === undefined || alg === algorithm ? undefined : `must have the alg ${algorithm}, or none`
}
