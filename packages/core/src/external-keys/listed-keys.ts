import type { SigningKeyInformation } from '../contracts/key-set.ts'
import { isRecord, kindOf, wrongAnswer } from '../host/wrong-answer.ts'
import { importVerifier, type Verifier } from '../keys/load.ts'
import type { SigningAlgorithm } from '../protocol/signing-algorithm.ts'
import type { ExternalKeyRules, ExternalSigningKey } from './options.ts'
import { readPublicKey } from './public-key.ts'

/** A key outside the process: checked, with its public key imported. */
export interface ListedKey {
  readonly kid: string
  readonly algorithm: SigningAlgorithm
  readonly verifier: Verifier
  /** The public key as the JWKS has it, serialised. */
  readonly published: string
  /** Seconds since the epoch from which the server signs with it. */
  readonly activatesAt: number
  /** Whether the host said when. */
  readonly dated: boolean
  /** When this process first saw the key. */
  readonly seenAt: number
  /** What the host answered, for `sign`. */
  readonly answer: ExternalSigningKey
}

/** The keys outside, as one reading found them. */
export interface ListedKeys {
  readonly byId: ReadonlyMap<string, ListedKey>
  /** The published keys as a JWK set. */
  readonly jwks: string
  readonly readAt: number
}

/** Far more keys than a rotation needs. Every client reads all of them. */
const mostKeys = 50

/** When a reading takes place, and what the one before it found. */
export interface Reading {
  readonly now: number
  /** Seconds until verifiers know a new key. */
  readonly activationDelay: number
  readonly before: ListedKeys | undefined
}

/**
 * Checks what `list` answered.
 * @throws {TypeError} that names the key and says what is wrong
 */
export async function readListedKeys(
  answer: unknown,
  algorithms: ExternalKeyRules['algorithms'],
  reading: Reading,
): Promise<ListedKeys> {
  if (!Array.isArray(answer)) throw wrongAnswer('signingKeys.list', 'an array of keys', answer)
  if (answer.length > mostKeys) throw new TypeError(`signingKeys.list must answer at most ${mostKeys} keys`)
  const byId = new Map<string, ListedKey>()
  for (const [index, given] of answer.entries()) {
    const name = `signingKeys.list: [${index}]`
    const key = await readKey(name, checkAnswer(name, given, algorithms), reading)
    if (byId.has(key.kid)) throw new TypeError(`${name}.kid must be unique: another key has it, too`)
    byId.set(key.kid, key)
  }
  const published = [...byId.values()].map((key) => key.published)
  return { byId, jwks: `{"keys":[${published.join(',')}]}`, readAt: reading.now }
}

function checkAnswer(name: string, given: unknown, algorithms: ExternalKeyRules['algorithms']): ExternalSigningKey {
  if (!isRecord(given)) throw wrongAnswer(name, 'an object', given)
  const { kid, algorithm, activatesAt } = given
  if (typeof kid !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(kid)) {
    throw new TypeError(`${name}.kid must be 1 to 255 printable characters; it is ${kindOf(kid)}`)
  }
  if (!(algorithms as readonly unknown[]).includes(algorithm)) {
    throw new TypeError(`${name}.algorithm must be one of signingKeys.algorithms: ${algorithms.join(', ')}`)
  }
  if (activatesAt !== undefined && !(Number.isSafeInteger(activatesAt) && (activatesAt as number) >= 0)) {
    throw wrongAnswer(`${name}.activatesAt`, 'whole seconds since the epoch', activatesAt)
  }
  return given as unknown as ExternalSigningKey
}

async function readKey(name: string, answer: ExternalSigningKey, reading: Reading): Promise<ListedKey> {
  const { kid, algorithm, activatesAt } = answer
  const jwk = await readPublicKey(`${name}.publicKey`, answer)
  const published = JSON.stringify({ ...jwk, kid, alg: algorithm, use: 'sig' })
  const known = reading.before?.byId.get(kid)
  const same = known?.published === published ? known : undefined
  const seenAt = same?.seenAt ?? reading.now
  return {
    kid,
    algorithm,
    // Importing takes time.
    verifier: same?.verifier ?? (await importVerifier({ ...jwk, alg: algorithm }, algorithm)),
    published,
    activatesAt: activatesAt ?? seenAt + reading.activationDelay,
    dated: activatesAt !== undefined,
    seenAt,
    answer,
  }
}

/**
 * Chooses the key that signs now: the newest active one. When none is active, the first key whose time the host left to
 * the server signs, since it is the oldest; `undefined` when there is none.
 */
export function activeKey({ byId }: ListedKeys, algorithm: string, now: number): ListedKey | undefined {
  const keys = [...byId.values()].filter((key) => key.algorithm === algorithm)
  const times = keys.map((key, index) => (key.dated ? key.activatesAt : earliest(keys.slice(index))))
  const newest = Math.max(...times.filter((time) => time <= now))
  return keys.findLast((_, index) => times[index] === newest) ?? keys.find((key) => !key.dated)
}

/** Returns what the operator may know of the keys. The host alone knows how long it needs them. */
export function describeKeys(keys: ListedKeys, now: number): readonly SigningKeyInformation[] {
  return [...keys.byId.values()].map(({ kid, algorithm, activatesAt }) => {
    const active = activeKey(keys, algorithm, now)?.kid === kid
    const state = active ? 'active' : activatesAt > now ? 'next' : 'retired'
    return { id: kid, algorithm, state, place: 'outside', usable: true, activatesAt }
  })
}

/**
 * When a key without a time is due, which is no later than the keys after it: it stands before them, so it is older. With
 * the time at which this process first saw it alone, it would take the place of its successors after every start.
 */
function earliest(keys: readonly ListedKey[]): number {
  return Math.min(...keys.map((key) => key.activatesAt))
}
