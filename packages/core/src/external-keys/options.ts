import { platformProblem } from '../crypto/ml-dsa.ts'
import { isRecord, kindOf } from '../host/wrong-answer.ts'
import { type SigningAlgorithm, signingAlgorithms } from '../protocol/signing-algorithm.ts'
import type { Awaitable } from '../storage/awaitable.ts'

/** A signing key outside the process. It may have further members, which `sign` gets back. */
export interface ExternalSigningKey {
  /** The key id in tokens and in the JWKS: 1 to 255 printable characters. Everybody sees it. */
  readonly kid: string
  readonly algorithm: SigningAlgorithm
  /**
   * The public key: a JWK, the text of a PEM file (`-----BEGIN PUBLIC KEY-----`), or its bytes in DER (SPKI), as key
   * management services answer. RSA keys have 2048 to 4096 bits.
   */
  readonly publicKey: Readonly<Record<string, unknown>> | string | Uint8Array
  /**
   * Seconds since the epoch from which the server signs with this key. Of several such keys of an algorithm, the newest
   * signs. Give it where processes live for minutes. Default: as soon as every verifier can know the key, which is twice
   * `keyCacheSeconds` plus five minutes after this process first saw it. Until then the first key of the list signs.
   */
  readonly activatesAt?: number | undefined
}

/** What `sign` has to sign. */
export interface SignatureRequest<Key extends ExternalSigningKey = ExternalSigningKey> {
  /** The key, as `list` answered it. */
  readonly key: Key
  /** The text of the JWT in bytes. It contains claims of users. */
  readonly data: Uint8Array
  /** SHA-256 of `data`, for services that sign digests. Absent for EdDSA and ML-DSA, which sign `data` itself. */
  readonly digest: Uint8Array | undefined
  /** Aborts after `timeoutSeconds`. The server does not wait any longer, whether or not you pass it on. */
  readonly signal: AbortSignal
}

/** Options of `externalSigningKeys`. */
export interface ExternalSigningKeysOptions<Key extends ExternalSigningKey = ExternalSigningKey> {
  /** The algorithms of the keys. Discovery tells them. */
  readonly algorithms: readonly SigningAlgorithm[]
  /**
   * Answers the keys that may have signed a token that is still valid, and those that will sign, oldest first. The server
   * publishes all of them, keeps the list for `keyCacheSeconds`, and refuses tokens of a key that is no longer in it.
   * @param options.signal aborts after `timeoutSeconds`
   */
  readonly list: (options: { readonly signal: AbortSignal }) => Awaitable<readonly Key[]>
  /**
   * Answers a signature in the form of JWS ({@link https://www.rfc-editor.org/rfc/rfc7518#section-3 RFC 7518 section 3}):
   * for ES256 the 64 bytes of R and S. Many services answer DER: convert it with `ecdsaSignatureFromDer`. The server
   * verifies each signature before it gives the token away.
   */
  readonly sign: (request: SignatureRequest<Key>) => Awaitable<Uint8Array>
  /**
   * What the server does with keys in its storage. `none`: nothing. `verify`: publishes them and verifies with them, for
   * the time after the keys moved outside; `provider.rotateSigningKeys({ dropPrevious: true })` deletes them. `sign`: also
   * signs with them by every algorithm that is not in `algorithms`. Default `none`.
   */
  readonly storedKeys?: 'none' | 'verify' | 'sign' | undefined
  /** How many seconds a call of `list` or `sign` may take. Default 5. */
  readonly timeoutSeconds?: number | undefined
  /**
   * For how many seconds the last list is used while `list` fails. After that the server verifies no token and answers
   * 503. Default 3600.
   */
  readonly staleSeconds?: number | undefined
}

/** The options of `externalSigningKeys`, complete and checked. */
export interface ExternalKeyRules extends Required<ExternalSigningKeysOptions> {
  readonly storedKeys: 'none' | 'verify' | 'sign'
  readonly timeoutSeconds: number
  readonly staleSeconds: number
}

const known = ['algorithms', 'list', 'sign', 'storedKeys', 'timeoutSeconds', 'staleSeconds']

/**
 * Checks the options and completes them with defaults.
 * @throws {TypeError} that names the option and says what to change
 */
export function parseExternalKeys(options: ExternalSigningKeysOptions): ExternalKeyRules {
  if (!isRecord(options)) throw wrong(`needs an object of options; it is ${kindOf(options)}`)
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown !== undefined) throw wrong(`${unknown} is not known; the options are ${known.join(', ')}`)
  const { algorithms, list, sign } = options
  if (typeof list !== 'function') throw wrong(`list must be a function; it is ${kindOf(list)}`)
  if (typeof sign !== 'function') throw wrong(`sign must be a function; it is ${kindOf(sign)}`)
  if (!Array.isArray(algorithms) || algorithms.length === 0) throw wrong('algorithms must name at least one algorithm')
  for (const algorithm of algorithms) checkAlgorithm(algorithm)
  const { storedKeys = 'none', timeoutSeconds = 5, staleSeconds = 3600 } = options
  if (!['none', 'verify', 'sign'].includes(storedKeys)) throw wrong("storedKeys must be 'none', 'verify' or 'sign'")
  if (!isWhole(timeoutSeconds, 1, 60)) throw wrong('timeoutSeconds must be a whole number of seconds from 1 to 60')
  if (!isWhole(staleSeconds, 0)) throw wrong('staleSeconds must be a whole number of seconds')
  return { algorithms: [...new Set(algorithms)], list, sign, storedKeys, timeoutSeconds, staleSeconds }
}

function checkAlgorithm(algorithm: SigningAlgorithm): void {
  if (!signingAlgorithms.includes(algorithm)) throw wrong(`algorithms must be some of ${signingAlgorithms.join(', ')}`)
  const problem = platformProblem(algorithm)
  if (problem !== undefined) throw wrong(`algorithms: ${algorithm} ${problem}`)
}

function isWhole(value: unknown, least: number, most: number = Number.MAX_SAFE_INTEGER): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
}

function wrong(text: string): TypeError {
  return new TypeError(`externalSigningKeys: ${text}`)
}
