import { decodeBase64url, encodeBase64url } from '../../crypto/base64url.ts'
import { sha256, sha512 } from '../../crypto/hash.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { ImportedSecretHash } from '../../storage/client.ts'

const algorithms = {
  sha256: { bytes: 32, digest: sha256 },
  sha512: { bytes: 64, digest: sha512 },
} as const

const prefixPattern = /^[\x21-\x7e]{1,100}$/

/** Computes the digest of a secret by one of the algorithms that can be imported. */
export function digestOf(algorithm: ImportedSecretHash['algorithm'], secret: string): string | Promise<string> {
  return algorithms[algorithm].digest(secret)
}

/**
 * Checks the hash of a secret from another server, and returns it in base64url.
 * @throws {OAuthError} `invalid_client_metadata`, whose text does not contain the hash
 */
export async function parseSecretHash(given: unknown): Promise<ImportedSecretHash> {
  if (typeof given !== 'object' || given === null) throw invalid('must be an object with algorithm and value')
  const { algorithm, value, prefix, ...more } = given as Readonly<Record<string, unknown>>
  const [unknown] = Object.keys(more)
  if (unknown !== undefined) throw invalid('has a member other than algorithm, value and prefix')
  if (algorithm !== 'sha256' && algorithm !== 'sha512') {
    throw invalid('algorithm must be sha256 or sha512: give a client with another hash a new secret')
  }
  if (prefix !== undefined && prefix !== '' && !(typeof prefix === 'string' && prefixPattern.test(prefix))) {
    throw invalid('prefix must have at most 100 printable ASCII characters, without spaces')
  }
  const { bytes } = algorithms[algorithm]
  const digest = typeof value === 'string' ? decodeDigest(value, bytes) : undefined
  if (digest === undefined) {
    throw invalid(`value must be the ${bytes} bytes of ${algorithm} in hexadecimal, base64 or base64url`)
  }
  if (digest === (await digestOf(algorithm, ''))) throw invalid('is the hash of no secret at all')
  return { algorithm, digest, ...(typeof prefix === 'string' && prefix !== '' && { prefix }) }
}

/** Returns the digest in base64url; `undefined` for text that has not exactly these bytes. */
function decodeDigest(text: string, bytes: number): string | undefined {
  if (text.length === 2 * bytes) {
    if (!/^[0-9a-f]+$/i.test(text)) return undefined
    return encodeBase64url(Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)))
  }
  const plain = text
    .replace(/={1,2}$/, '')
    .replaceAll('+', '-')
    .replaceAll('/', '_')
  const decoded = /^[\w-]+$/.test(plain) ? decodeBase64url(plain) : undefined
  if (decoded?.length !== bytes) return undefined
  return encodeBase64url(decoded)
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_client_metadata', `client_secret_hash ${description}`)
}
