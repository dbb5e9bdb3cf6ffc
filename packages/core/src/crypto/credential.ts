import { encodeBase64url } from './base64url.ts'
import { sha256 } from './hash.ts'
import { timingSafeEqual } from './timing-safe-equal.ts'

/**
 * A code or token, of the form `<id><secret>`. The id is the primary key of its record and grows with time, so that
 * inserts go to the end of the index. The secret has 256 random bits. Storage gets only the hash of the whole
 * credential together with its issuer.
 */
export interface Credential {
  readonly text: string
  readonly id: string
  readonly secretHash: string
}

/**
 * The kind of a credential (access token, code, refresh token) is the first letter of its id, so that no kind is looked
 * up as another.
 */
export type CredentialKind = 'a' | 'c' | 'r'

interface Randomness {
  bytes(length: number): Uint8Array
}

/** Lower case and in the order of the bytes, so that ids sort by time and no collation takes two ids for one. */
const alphabet = '0123456789abcdefghijklmnopqrstuv'
const idLength = 25
const secretLength = 43
const credentialPattern = /^[acr][0-9a-v]{24}[A-Za-z0-9_-]{43}$/

/** The number of the next identifier in one second. */
interface Counter {
  second: number
  next: number
}

/** One counter for each source of randomness, so that a test with a predictable source gets predictable ids. */
const counters = new WeakMap<Randomness, Counter>()

/**
 * Returns 16 bits that grow with each call in one second. They start at a random number below 2^15, so that they do not
 * tell how many ids the process has made. After 2^15 calls in one second they may start again at 0: then the ids of that
 * second are no longer in order, and still different.
 */
function count(now: number, random: Randomness): number {
  const known = counters.get(random)
  if (known?.second === now) {
    known.next = (known.next + 1) & 0xffff
    return known.next
  }
  const [high = 0, low = 0] = random.bytes(2)
  const next = ((high << 8) | low) & 0x7fff
  counters.set(random, { second: now, next })
  return next
}

/**
 * Makes an identifier: a letter for its kind, and 24 characters with 40 bits of time in seconds, 16 bits of a counter, and
 * 64 random bits. The ids that one process makes grow, so the rows of one transaction go to the same page of the database.
 * An id is unique but no secret: what must not be guessed needs random bits of its own.
 */
export function createId(kind: string, now: number, random: Randomness): string {
  const bytes = new Uint8Array(15)
  const counted = count(now, random)
  bytes[5] = counted >> 8
  bytes[6] = counted & 0xff
  bytes.set(random.bytes(8), 7)
  let seconds = now
  for (let index = 4; index >= 0; index--) {
    bytes[index] = seconds % 256
    seconds = Math.floor(seconds / 256)
  }
  return kind + encodeBase32hex(bytes)
}

/** Makes an identifier of 120 random bits. */
export function createRandomId(random: { bytes(length: number): Uint8Array }): string {
  return encodeBase32hex(random.bytes(15))
}

/** The format that the options give a kind of credential. */
export interface CredentialFormat {
  /** The prefix of every credential. Text without it is no such credential. */
  readonly prefix: string
  /**
   * Makes the text of the credential in place of the server. The text contains no id, so its hash is the primary key of
   * the record.
   */
  readonly generate?: (() => string) | undefined
}

const plain: CredentialFormat = { prefix: '' }

/**
 * Makes a credential. Await it, as the result of `sha256`.
 * @param realm the issuer; another issuer on the same storage does not accept the credential
 */
export function createCredential(
  kind: CredentialKind,
  realm: string,
  now: number,
  random: Randomness,
  format: CredentialFormat = plain,
): Credential | Promise<Credential> {
  if (format.generate !== undefined) return generatedCredential(kind, realm, format.prefix + format.generate())
  const id = createId(kind, now, random)
  const text = format.prefix + id + encodeBase64url(random.bytes(32))
  const hash = hashCredential(text, realm)
  if (typeof hash === 'string') return { text, id, secretHash: hash }
  return hash.then((secretHash) => ({ text, id, secretHash }))
}

async function generatedCredential(kind: CredentialKind, realm: string, text: string): Promise<Credential> {
  return { text, id: await hashedId(kind, text), secretHash: await hashCredential(text, realm) }
}

/** Returns the id of the record that belongs to a credential of this kind; `undefined` for text that cannot be one. */
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
  // Credentials from before the host set a generator stay valid, so the default form is checked first.
  return format.generate === undefined ? undefined : hashedId(kind, text)
}

async function hashedId(kind: CredentialKind, text: string): Promise<string> {
  return `${kind}.${await sha256(text)}`
}

/**
 * Tells whether the text is the credential of this issuer with the stored hash. Await the result, as that of `sha256`: it is
 * synchronous only where the platform supports that.
 */
export function isCredential(text: string, realm: string, secretHash: string): boolean | Promise<boolean> {
  const hash = hashCredential(text, realm)
  if (typeof hash === 'string') return timingSafeEqual(hash, secretHash)
  return hash.then((late) => timingSafeEqual(late, secretHash))
}

function hashCredential(text: string, realm: string): string | Promise<string> {
  return sha256(`${text} ${realm}`)
}

/**
 * Encodes 15 bytes, eight characters at a time. Text that grows by single characters is kept by V8 as a tree with a node
 * for each of them, in every row that it is stored in.
 */
function encodeBase32hex(bytes: Uint8Array): string {
  let text = ''
  for (let index = 0; index < bytes.length; index += 5) {
    const middle = bytes[index + 2] as number
    const high = ((bytes[index] as number) << 12) | ((bytes[index + 1] as number) << 4) | (middle >> 4)
    const low = ((middle & 15) << 16) | ((bytes[index + 3] as number) << 8) | (bytes[index + 4] as number)
    text += String.fromCharCode(
      character(high >> 15),
      character(high >> 10),
      character(high >> 5),
      character(high),
      character(low >> 15),
      character(low >> 10),
      character(low >> 5),
      character(low),
    )
  }
  return text
}

function character(value: number): number {
  return alphabet.charCodeAt(value & 31)
}
