import type { JWK } from 'jose'
import type { SigningKeyImport } from '../contracts/key-set.ts'
import { decodeBase64url, encodeUtf8 } from '../crypto/base64url.ts'
import { importSigner, verifySignature } from '../crypto/signer.ts'
import type { SigningKeyRecord } from '../storage/signing-key.ts'
import { canBeId } from '../storage/stored-id.ts'
import type { KeyRing, KeyRingOptions } from './key-ring.ts'
import { importVerifier } from './load.ts'
import type { RingReads } from './ring-reads.ts'

/** The form of the keys of an algorithm: the members of the public key, and those that only the private key has. */
interface KeyForm {
  readonly kty: string
  readonly crv?: string
  readonly public: readonly string[]
  readonly private: readonly string[]
}

const rsa: KeyForm = { kty: 'RSA', public: ['n', 'e'], private: ['d', 'p', 'q', 'dp', 'dq', 'qi'] }

const forms: Readonly<Record<string, KeyForm>> = {
  RS256: rsa,
  PS256: rsa,
  ES256: { kty: 'EC', crv: 'P-256', public: ['crv', 'x', 'y'], private: ['d'] },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', public: ['crv', 'x'], private: ['d'] },
}

/** A key that was checked. Nothing is in it but the members of its form. */
interface CheckedKey {
  readonly id: string
  readonly algorithm: string
  readonly publicKey: string
  readonly privateKey: string
}

const mostKeys = 20

/**
 * Stores the signing keys of another server, oldest first, under their own `kid`. It only works before this server has made
 * keys of the same algorithm, so that the newest imported one signs on. A repetition changes nothing.
 * @throws {TypeError} for a key that cannot be used; the text names its place in the list and nothing of the key
 */
export async function importKeys(
  options: KeyRingOptions,
  { look, lookAfterChange }: RingReads<KeyRing>,
  given: readonly SigningKeyImport[],
): Promise<void> {
  if (!Array.isArray(given) || given.length === 0 || given.length > mostKeys) {
    throw new TypeError(`importSigningKeys: keys must be a list of 1 to ${mostKeys} private JWKs, the oldest first`)
  }
  const keys: CheckedKey[] = []
  for (const [index, jwk] of given.entries()) keys.push(await checkKey(options, jwk, `keys[${index}]`))
  if (new Set(keys.map(({ id }) => id)).size < keys.length)
    throw new TypeError('importSigningKeys: two keys have one kid')
  const ring = await look()
  const missing = options.algorithms.flatMap((algorithm) =>
    missingOf(
      ring,
      algorithm,
      keys.filter((key) => key.algorithm === algorithm),
    ),
  )
  const now = options.clock.now()
  for (const { id, algorithm, publicKey, privateKey, generation } of missing) {
    const sealedPrivateKey = await options.sealers[0].seal(privateKey, id)
    const record = { id, algorithm, generation, publicKey, sealedPrivateKey, createdAt: now, activatesAt: now }
    if ((await options.store.insert(record)) !== 'won') {
      throw new TypeError(
        `importSigningKeys: another process has just made ${algorithm} keys: stop it before the import`,
      )
    }
    options.emit({ type: 'signing_key.created', keyId: id, algorithm, activatesAt: now })
  }
  await lookAfterChange()
}

type MissingKey = CheckedKey & Pick<SigningKeyRecord, 'generation'>

/** Returns the keys that are not stored yet. The stored ones must be the same, from the oldest on. */
function missingOf(ring: KeyRing, algorithm: string, keys: readonly CheckedKey[]): readonly MissingKey[] {
  const stored = ring.byAlgorithm.get(algorithm) ?? []
  const other = keys.findIndex((key, index) => {
    const there = stored[index]
    return there !== undefined && (there.id !== key.id || there.publicKey !== key.publicKey)
  })
  if (other >= 0) {
    throw new TypeError(
      `importSigningKeys: this server has ${algorithm} keys of its own: import before its first signature, into an empty storage`,
    )
  }
  return keys.map((key, index) => ({ ...key, generation: index + 1 })).slice(stored.length)
}

async function checkKey({ algorithms }: KeyRingOptions, jwk: unknown, place: string): Promise<CheckedKey> {
  const wrong = (text: string): TypeError => new TypeError(`importSigningKeys: ${place} ${text}`)
  if (typeof jwk !== 'object' || jwk === null) throw wrong('must be a private JWK')
  const { kid, alg } = jwk as SigningKeyImport
  if (typeof kid !== 'string' || !canBeId(kid) || !/^[\x20-\x7e]+$/.test(kid)) {
    throw wrong('has no kid of 1 to 255 printable ASCII characters, by which verifiers find it')
  }
  const form = typeof alg === 'string' && Object.hasOwn(forms, alg) ? forms[alg] : undefined
  if (form === undefined) throw wrong(`has no alg out of ${Object.keys(forms).join(', ')}: add it`)
  if (!algorithms.includes(alg))
    throw wrong(`is for ${alg}, with which this server does not sign: add it to idTokenSigningAlgorithms`)
  const members = jwk as unknown as Readonly<Record<string, unknown>>
  const texts = (names: readonly string[]) =>
    Object.fromEntries(names.flatMap((name) => (typeof members[name] === 'string' ? [[name, members[name]]] : [])))
  const [open, closed] = [texts(form.public), texts(form.private)]
  const isWhole = [...form.public, ...form.private].every((name) => name in open || name in closed)
  if (members.kty !== form.kty || (form.crv !== undefined && members.crv !== form.crv) || !isWhole) {
    throw wrong(
      `is no private ${alg} key: it needs kty ${form.kty} and ${[...form.public, ...form.private].join(', ')}`,
    )
  }
  if (form === rsa && (decodeBase64url(String(open.n))?.length ?? 0) < 256) throw wrong('has fewer than 2048 bits')
  const publicJwk = { kty: form.kty, ...open }
  const privateJwk = { ...publicJwk, ...closed }
  if (!(await belongTogether(publicJwk, privateJwk, alg)))
    throw wrong('has a private part that does not fit its public part')
  const publicKey = JSON.stringify({ ...publicJwk, kid, alg, use: 'sig' })
  return { id: kid, algorithm: alg, publicKey, privateKey: JSON.stringify(privateJwk) }
}

/** Signs with the private key and verifies with the public one. */
async function belongTogether(publicJwk: JWK, privateJwk: JWK, algorithm: string): Promise<boolean> {
  try {
    const signer = await importSigner(privateJwk, algorithm)
    const signature = Uint8Array.from(await signer('trial'))
    return await verifySignature(algorithm, await importVerifier(publicJwk, algorithm), signature, encodeUtf8('trial'))
  } catch {
    return false
  }
}
