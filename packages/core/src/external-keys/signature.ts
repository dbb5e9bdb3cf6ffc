import type { Bytes } from '../crypto/base64url.ts'
import { isMlDsa, mlDsaSizes } from '../crypto/ml-dsa.ts'
import { verifySignature } from '../crypto/signer.ts'
import { withinSeconds } from '../host/deadline.ts'
import { wrongAnswer } from '../host/wrong-answer.ts'
import type { ListedKey } from './listed-keys.ts'
import type { ExternalKeyRules } from './options.ts'

/** The algorithms that sign a digest of SHA-256. */
const digested = ['RS256', 'PS256', 'ES256']

/**
 * Has data signed outside the process, and verifies the signature with the published key. So a service that signs with
 * another key than it lists makes no token that clients refuse.
 * @throws whatever the host throws, an error when it takes too long, or `TypeError` for what is no signature by this key
 */
export async function signOutside(rules: ExternalKeyRules, key: ListedKey, data: Bytes): Promise<Uint8Array> {
  const { algorithm, answer } = key
  const digest = digested.includes(algorithm) ? new Uint8Array(await crypto.subtle.digest('SHA-256', data)) : undefined
  const given: unknown = await withinSeconds('signingKeys.sign', rules.timeoutSeconds, (signal) =>
    rules.sign({ key: answer, data: data.slice(), digest, signal }),
  )
  if (!(given instanceof Uint8Array)) throw wrongAnswer('signingKeys.sign', 'a Uint8Array', given)
  const signature = new Uint8Array(given) as Bytes
  const problem = lengthProblem(algorithm, signature)
  if (problem !== undefined) throw new TypeError(`signingKeys.sign must answer ${problem}`)
  if (await verifySignature(algorithm, key.verifier, signature, data)) return signature
  throw new TypeError(
    `signingKeys.sign must sign with the key that signingKeys.list has under the kid ${key.kid}: its public key does not verify this ${algorithm} signature`,
  )
}

function lengthProblem(algorithm: string, signature: Uint8Array): string | undefined {
  // The length of an RSA signature is that of the key, which the verification checks.
  if (algorithm === 'RS256' || algorithm === 'PS256') return undefined
  const length = isMlDsa(algorithm) ? mlDsaSizes[algorithm].signature : 64
  if (signature.length === length) return undefined
  const isDer = algorithm === 'ES256' && signature[0] === 0x30
  const hint = isDer ? ': it looks like DER, so convert it with ecdsaSignatureFromDer' : ''
  return `${length} bytes for ${algorithm}, and answered ${signature.length}${hint}`
}
