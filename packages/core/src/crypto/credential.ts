import { encodeBase64url } from './base64url.ts'
import { sha256 } from './hash.ts'
import { timingSafeEqual } from './timing-safe-equal.ts'

/**
 * A credential is `<id><secret>`: the id is the key of its row and grows with time (inserts go to the end of the index,
 * and no second index is needed); the secret has 256 bits and only the hash of the whole credential (and of its issuer) is stored.
 */
export interface Credential {
  readonly text: string
  readonly id: string
  readonly secretHash: string
}

/** What a credential is for: the first letter of its id, so that one kind can never be looked up as another. */
export type CredentialKind = 'a' | 'c' | 'r'

interface Randomness {
  bytes(length: number): Uint8Array
}

/** Lower case and in the order of its bytes, so that ids sort by time and no collation can confuse two of them. */
const alphabet = '0123456789abcdefghijklmnopqrstuv'
const idLength = 25
const secretLength = 43
const credentialPattern = /^[acr][0-9a-v]{24}[A-Za-z0-9_-]{43}$/

/** A 120-bit identifier: 40 bits of seconds, 80 of randomness, 24 characters, after a letter that says what it names. */
export function createId(kind: string, now: number, random: Randomness): string {
  const bytes = new Uint8Array(15)
  bytes.set(random.bytes(10), 5)
  let seconds = now
  for (let index = 4; index >= 0; index--) {
    bytes[index] = seconds % 256
    seconds = Math.floor(seconds / 256)
  }
  return kind + encodeBase32hex(bytes)
}

/** An identifier of randomness alone. */
export function createRandomId(random: { bytes(length: number): Uint8Array }): string {
  return encodeBase32hex(random.bytes(15))
}

/** How the host wants a kind of credential to look. */
export interface CredentialFormat {
  /** Put before every one; without it the text is no such credential. */
  readonly prefix: string
  /** Makes the text itself. It has no id in it, so its hash is the key of its row. */
  readonly generate?: (() => string) | undefined
}

const plain: CredentialFormat = { prefix: '' }

/**
 * @param realm the issuer: a credential of one issuer is unknown to another on the same storage
 */
export async function createCredential(
  kind: CredentialKind,
  realm: string,
  now: number,
  random: Randomness,
  format: CredentialFormat = plain,
): Promise<Credential> {
  if (format.generate !== undefined) {
    const text = format.prefix + format.generate()
    return { text, id: await hashedId(kind, text), secretHash: await hashCredential(text, realm) }
  }
  const id = createId(kind, now, random)
  const text = format.prefix + id + encodeBase64url(random.bytes(32))
  return { text, id, secretHash: await hashCredential(text, realm) }
}

/** The id of the row that a text names if it is a credential of this kind, or `undefined` when it cannot be one. */
export function credentialId(
  kind: CredentialKind,
  text: string,
  format: CredentialFormat = plain,
): string | undefined | Promise<string> {
  if (!text.startsWith(format.prefix)) return undefined
  const start = format.prefix.length
  if (
    text.length === start + idLength + secretLength &&
    text[start] === kind &&
    credentialPattern.test(text.slice(start))
  ) {
    return text.slice(start, start + idLength)
  }
  // One that was made before the host changed its generator is still good, so its form comes first.
  return format.generate === undefined ? undefined : hashedId(kind, text)
}

async function hashedId(kind: CredentialKind, text: string): Promise<string> {
  return `${kind}.${await sha256(text)}`
}

/** Whether the text is the credential of this issuer whose hash was stored. */
export async function isCredential(text: string, realm: string, secretHash: string): Promise<boolean> {
  return timingSafeEqual(await hashCredential(text, realm), secretHash)
}

function hashCredential(text: string, realm: string): string | Promise<string> {
  return sha256(`${text} ${realm}`)
}

function encodeBase32hex(bytes: Uint8Array): string {
  let text = ''
  let buffer = 0
  let bits = 0
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += alphabet.charAt((buffer >> bits) & 31)
    }
  }
  return text
}
