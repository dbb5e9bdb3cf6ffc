import { decodeBase64url, decodeUtf8, encodeBase64url, encodeUtf8, encodeUtf8InPool } from './base64url.ts'
import { hmacBase64 } from './hmac.ts'
import { nativeBuffer, synchronousCrypto } from './platform.ts'
import { randomBytes } from './random.ts'

/**
 * Encrypts and decrypts texts with AES-256-GCM, under a key that HKDF derives from a secret. `context` is
 * authenticated: a text opens only with the context that it was sealed with.
 */
export interface Sealer {
  /** Encrypts a text. Await the result: it is synchronous only where the platform supports that and the key is known. */
  seal(text: string, context: string): string | Promise<string>
  /** Decrypts a text. `undefined` when it was sealed with another secret or context, or was changed. */
  unseal(sealed: string, context: string): Promise<string | undefined>
}

const ivLength = 12
const tagLength = 16

/**
 * @param secret the secret from which HKDF derives the key
 * @param purpose a name for this use of the secret; each purpose has a key of its own
 */
export function createSealer(secret: string, purpose: string): Sealer {
  return sealerOf(() => deriveKey(secret, purpose))
}

/**
 * Makes sealers whose key is derived from a token and a secret of the server, so that neither opens anything without
 * the other. It runs HKDF ({@link https://www.rfc-editor.org/rfc/rfc5869 RFC 5869}) in two steps: once for each secret,
 * and one HMAC for each token. The first secret seals, all of them unseal.
 */
export function createTokenSealers(secrets: readonly string[], purpose: string): (token: string) => Sealer {
  const roots = secrets.map((secret) => kept(() => deriveKey(secret, purpose)))
  const sealerOfRoot = (root: KeySource, token: string): Sealer =>
    sealerOf(() => {
      const key = root()
      return key instanceof Promise ? key.then((late) => expandKey(late, token)) : expandKey(key, token)
    })
  return (token) => ({
    seal: (text, context) => sealerOfRoot(roots[0] as KeySource, token).seal(text, context),
    async unseal(sealed, context) {
      for (const root of roots) {
        const text = await sealerOfRoot(root, token).unseal(sealed, context)
        if (text !== undefined) return text
      }
      return undefined
    },
  })
}

/**
 * Makes a sealer that encrypts the same text in the same context always to the same result, so that the result can
 * serve as a name. The initialisation vector is a MAC of text and context, as in
 * {@link https://www.rfc-editor.org/rfc/rfc5297 RFC 5297}.
 */
export function createDeterministicSealer(secret: string, purpose: string): Sealer {
  const vector = async (text: string, context: string): Promise<Uint8Array<ArrayBuffer>> => {
    const mac = await hmacBase64(`${purpose}/vector\0${secret}`, `${context.length}.${context}${text}`)
    return Uint8Array.from(atob(mac).slice(0, ivLength), (character) => character.charCodeAt(0))
  }
  return sealerOf(() => deriveKey(secret, purpose), vector)
}

/** Makes the initialisation vector for a text. Two texts must never get the same one. */
type Vector = (text: string, context: string) => Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>

type Key = Uint8Array<ArrayBuffer>
type KeySource = () => Key | Promise<Key>

/** Makes a source that derives its key once. From then on it has the key without a promise. */
function kept(derive: KeySource): KeySource {
  let key: Key | Promise<Key> | undefined
  return () => {
    if (key !== undefined) return key
    const derived = derive()
    key = derived
    if (derived instanceof Promise) {
      derived.then(
        (late) => {
          key = late
        },
        () => undefined,
      )
    }
    return derived
  }
}

function sealerOf(derive: KeySource, vector: Vector = () => randomBytes(ivLength)): Sealer {
  const key = kept(derive)
  return synchronousCrypto === undefined ? webSealer(key, vector) : synchronousSealer(synchronousCrypto, key, vector)
}

async function deriveKey(secret: string, purpose: string): Promise<Uint8Array<ArrayBuffer>> {
  const material = await crypto.subtle.importKey('raw', encodeUtf8(secret), 'HKDF', false, ['deriveBits'])
  const parameters = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: encodeUtf8(purpose) }
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, material, 256))
}

/**
 * Computes the first block of HKDF-Expand, under a key of HKDF-Extract ({@link
 * https://www.rfc-editor.org/rfc/rfc5869#section-2.3 section 2.3}).
 */
function expandKey(root: Key, info: string): Key | Promise<Key> {
  // The number of the block, one byte, comes last.
  const input = `${info}\u0001`
  if (synchronousCrypto !== undefined) return synchronousCrypto.createHmac('sha256', root).update(input).digest()
  return webMac(root, input)
}

async function webMac(root: Key, input: string): Promise<Key> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', root, algorithm, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, encodeUtf8(input)))
}

function webSealer(source: KeySource, vector: Vector): Sealer {
  let imported: Promise<CryptoKey> | undefined
  const importKey = async (): Promise<CryptoKey> =>
    crypto.subtle.importKey('raw', await source(), 'AES-GCM', false, ['encrypt', 'decrypt'])
  const key = (): Promise<CryptoKey> => {
    imported ??= importKey()
    return imported
  }
  return {
    async seal(text, context) {
      const iv = await vector(text, context)
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

function synchronousSealer(node: NonNullable<typeof synchronousCrypto>, source: KeySource, vector: Vector): Sealer {
  const seal = (key: Uint8Array, iv: Uint8Array, text: string, context: string): string => {
    const cipher = node.createCipheriv('aes-256-gcm', key, iv)
    cipher.setAAD(encodeUtf8InPool(context))
    const body = cipher.update(encodeUtf8InPool(text))
    return encodeBase64url(concat(iv, body, cipher.final(), cipher.getAuthTag()))
  }
  return {
    seal(text, context) {
      const key = source()
      const iv = vector(text, context)
      if (!(key instanceof Promise) && !(iv instanceof Promise)) return seal(key, iv, text, context)
      return Promise.all([key, iv]).then(([lateKey, lateIv]) => seal(lateKey, lateIv, text, context))
    },
    async unseal(sealed, context) {
      const bytes = decodeBase64url(sealed)
      if (bytes === undefined || bytes.length < ivLength + tagLength) return undefined
      const decipher = node.createDecipheriv('aes-256-gcm', await source(), bytes.subarray(0, ivLength))
      decipher.setAAD(encodeUtf8InPool(context))
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

/** Joins arrays. The result may share a buffer with others. */
function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  if (nativeBuffer !== undefined) return nativeBuffer.concat(parts)
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }
  return bytes
}
