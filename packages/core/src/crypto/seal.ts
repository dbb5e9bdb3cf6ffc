import { decodeBase64url, decodeUtf8, encodeBase64url, encodeUtf8 } from './base64url.ts'
import { synchronousCrypto } from './platform.ts'
import { randomBytes } from './random.ts'

/** Encrypts and authenticates a text for storage: AES-256-GCM under a key that HKDF derives from a secret. */
export interface Sealer {
  seal(text: string, context: string): Promise<string>
  /** `undefined` when it was sealed with another secret or for another context, or was changed. */
  unseal(sealed: string, context: string): Promise<string | undefined>
}

const ivLength = 12
const tagLength = 16

/**
 * @param secret what the key is derived from; at least 128 bits of entropy
 * @param purpose separates the keys of different uses of one secret
 */
export function createSealer(secret: string, purpose: string): Sealer {
  return synchronousCrypto === undefined
    ? webSealer(secret, purpose)
    : synchronousSealer(synchronousCrypto, secret, purpose)
}

function webSealer(secret: string, purpose: string): Sealer {
  let derived: Promise<CryptoKey> | undefined
  const key = (): Promise<CryptoKey> => {
    derived ??= deriveKey(secret, purpose)
    return derived
  }
  return {
    async seal(text, context) {
      const iv = randomBytes(ivLength)
      const algorithm = { name: 'AES-GCM', iv, additionalData: encodeUtf8(context) }
      const bytes = await crypto.subtle.encrypt(algorithm, await key(), encodeUtf8(text))
      return encodeBase64url(concat(iv, new Uint8Array(bytes)))
    },
    async unseal(sealed, context) {
      const bytes = decodeBase64url(sealed)
      if (bytes === undefined || bytes.length < ivLength + tagLength) return undefined
      const algorithm = { name: 'AES-GCM', iv: bytes.subarray(0, ivLength), additionalData: encodeUtf8(context) }
      try {
        return decodeUtf8(new Uint8Array(await crypto.subtle.decrypt(algorithm, await key(), bytes.subarray(ivLength))))
      } catch {
        return undefined
      }
    },
  }
}

async function deriveKey(secret: string, purpose: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', encodeUtf8(secret), 'HKDF', false, ['deriveKey'])
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: encodeUtf8(purpose) },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  )
}

function synchronousSealer(node: NonNullable<typeof synchronousCrypto>, secret: string, purpose: string): Sealer {
  let derived: Uint8Array | undefined
  const key = (): Uint8Array => {
    derived ??= new Uint8Array(node.hkdfSync('sha256', encodeUtf8(secret), new Uint8Array(0), purpose, 32))
    return derived
  }
  return {
    async seal(text, context) {
      const iv = randomBytes(ivLength)
      const cipher = node.createCipheriv('aes-256-gcm', key(), iv)
      cipher.setAAD(encodeUtf8(context))
      const body = concat(cipher.update(encodeUtf8(text)), cipher.final())
      return encodeBase64url(concat(concat(iv, body), cipher.getAuthTag()))
    },
    async unseal(sealed, context) {
      const bytes = decodeBase64url(sealed)
      if (bytes === undefined || bytes.length < ivLength + tagLength) return undefined
      const decipher = node.createDecipheriv('aes-256-gcm', key(), bytes.subarray(0, ivLength))
      decipher.setAAD(encodeUtf8(context))
      decipher.setAuthTag(bytes.subarray(bytes.length - tagLength))
      try {
        const body = decipher.update(bytes.subarray(ivLength, bytes.length - tagLength))
        return decodeUtf8(concat(body, decipher.final()))
      } catch {
        return undefined
      }
    },
  }
}

function concat(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(left.length + right.length)
  bytes.set(left)
  bytes.set(right, left.length)
  return bytes
}
