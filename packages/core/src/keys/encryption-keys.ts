import type { Context } from '../contracts/context.ts'
import type { EncryptionKeys } from '../contracts/encryption-keys.ts'
import { createSealer, type Sealer } from '../crypto/seal.ts'
import { type EncryptionKeyKind, isEncryptionKey, keyKindOf } from '../policy/encryption-key.ts'
import { chooseSigningKey, scheduleKeys } from '../policy/signing-key.ts'
import { decryptCompact, readJweHeader } from './decrypt.ts'
import {
  encryptionSealingPurpose,
  generateEncryptionKey,
  isOpenForDecryption,
  type LoadedEncryptionKey,
  loadEncryptionKey,
  type OpenEncryptionKey,
} from './encryption-key.ts'
import { encryptionSecretProblem } from './problems.ts'
import { ringReads } from './ring-reads.ts'

/**
 * For how many seconds a key decrypts after a newer one has taken its place. It is much longer than clients may cache the
 * JWKS, since some keep it for hours, and as long as a request object should be on its way.
 */
const decryptsFor = 24 * 3600

/** The most keys that are tried for a JWE without `kid`. */
const mostCandidates = 4

/** The stored encryption keys, as one reading found them, oldest first. */
interface Ring {
  readonly keys: readonly LoadedEncryptionKey[]
  readonly readAt: number
}

/**
 * Makes the set of encryption keys of a provider, which all processes on one storage share. All features use the same one:
 * `ctx.once(createEncryptionKeys)`.
 */
export function createEncryptionKeys(ctx: Context): EncryptionKeys {
  const { clock, emit, storage, config } = ctx
  const sealers = config.secrets.map((secret) => createSealer(secret, encryptionSealingPurpose))
  const kinds = new Set<EncryptionKeyKind>()
  let ring: Ring | undefined

  const find = async (known: Ring | undefined): Promise<Ring> => {
    const before = new Map(known?.keys.map((key) => [key.id, key]))
    const records = (await storage.signingKeys.list()).filter(isEncryptionKey)
    const keys = await Promise.all(records.map((record) => before.get(record.id) ?? loadEncryptionKey(record, sealers)))
    for (const key of keys) {
      if (isOpenForDecryption(key) || before.has(key.id)) continue
      emit({ type: 'encryption_key.unsealable', keyId: key.id, algorithm: key.algorithm })
    }
    return { keys, readAt: clock.now() }
  }

  const add = async (kind: EncryptionKeyKind, known: Ring): Promise<void> => {
    const generation = (known.keys.findLast(({ algorithm }) => algorithm === kind)?.generation ?? 0) + 1
    const key = await generateEncryptionKey(kind, generation, clock.now(), sealers[0] as Sealer)
    if ((await storage.signingKeys.insert(key)) !== 'won') return
    emit({ type: 'encryption_key.created', keyId: key.id, algorithm: kind })
  }

  /** Reads the keys, and makes those that are needed and of which this process can open none. */
  const ensure = async (): Promise<Ring> => {
    const known = await find(ring)
    const missing = [...kinds].filter((kind) => openKeys(known, kind).length === 0)
    if (missing.length === 0) return known
    await Promise.all(missing.map((kind) => add(kind, known)))
    return find(known)
  }

  const { look, read, lookAfterChange } = ringReads<Ring>({
    look: () => find(ring),
    read: ensure,
    known: () => ring,
    keep(fresh) {
      ring = fresh
    },
  })

  const current = (): Ring | Promise<Ring> => {
    const age = ring === undefined ? -1 : clock.now() - ring.readAt
    const isFresh = ring !== undefined && age >= 0 && age < config.lifetimes.keyCache
    // A look, for readiness or a purge, makes no keys: whoever needs one that it did not find reads again and makes it.
    return isFresh && [...kinds].every((kind) => openKeys(ring as Ring, kind).length > 0) ? (ring as Ring) : read()
  }

  /** While the storage is away, the JWKS keeps the last keys: APIs need it for what was signed, also with keys outside. */
  const lastKnown = async (): Promise<Ring> => {
    try {
      return await current()
    } catch (cause) {
      if (ring === undefined) throw cause
      emit({ type: 'request.failed', endpoint: 'encryption keys', cause })
      return ring
    }
  }

  return {
    need(algorithms) {
      for (const algorithm of algorithms) kinds.add(keyKindOf(algorithm))
    },

    async decrypt(jwe, rules) {
      const header = readJweHeader(jwe, rules)
      if (header === undefined) return undefined
      const { kid } = header
      const tried = new Set<string>()
      const attempt = async (known: Ring): Promise<string | undefined> => {
        for (const key of usableKeys(known, keyKindOf(header.alg), clock.now()).slice(0, mostCandidates)) {
          if (tried.has(key.id) || (kid !== undefined && kid !== key.id)) continue
          tried.add(key.id)
          const text = await decryptCompact(jwe, await key.open(header.alg), rules)
          if (text !== undefined) return text
        }
        return undefined
      }
      const known = await current()
      const text = await attempt(known)
      const isNamed = kid !== undefined && known.keys.some(({ id }) => id === kid)
      // Another process may just have made the key. The storage is read at most once per second, so that invented names cost
      // nothing.
      return text !== undefined || isNamed || clock.now() === known.readAt ? text : attempt(await read())
    },

    async published() {
      const known = await lastKnown()
      return [...kinds].flatMap((kind) => chooseSigningKey(openKeys(known, kind), clock.now())?.publicKey ?? [])
    },

    async rotate({ dropPrevious = false } = {}) {
      const before = await read()
      for (const kind of kinds) await add(kind, before)
      if (dropPrevious) for (const { id } of before.keys) await storage.signingKeys.delete(id)
      await lookAfterChange()
    },

    async purge() {
      const known = await look()
      const ended = [...kinds].flatMap((kind) => {
        const usable = new Set(usableKeys(known, kind, clock.now()))
        return openKeys(known, kind).filter((key) => !usable.has(key))
      })
      for (const { id } of ended) await storage.signingKeys.delete(id)
      if (ended.length > 0) await lookAfterChange()
      return ended.length
    },

    async check() {
      const known = await look()
      const closed = [...kinds].filter(
        (kind) =>
          openKeys(known, kind).length === 0 &&
          known.keys.some((key) => key.algorithm === kind && !isOpenForDecryption(key)),
      )
      return closed.length === 0 ? { ok: true } : { ok: false, problem: encryptionSecretProblem(closed) }
    },
  }
}

/** The keys of a kind that this process can open, oldest first. Keys of another secret do not end those of this process. */
function openKeys({ keys }: Ring, kind: EncryptionKeyKind): readonly OpenEncryptionKey[] {
  return keys.filter(isOpenForDecryption).filter(({ algorithm }) => algorithm === kind)
}

/** The keys of a kind that decrypt now, newest first. */
function usableKeys(ring: Ring, kind: EncryptionKeyKind, now: number): readonly OpenEncryptionKey[] {
  return scheduleKeys(openKeys(ring, kind), now, decryptsFor)
    .filter(({ neededUntil }) => now < neededUntil)
    .map(({ key }) => key)
    .reverse()
}
