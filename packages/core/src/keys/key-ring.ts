import type { Clock } from '../contracts/clock.ts'
import type { OAuthEvent } from '../contracts/events.ts'
import type { Sealer } from '../crypto/seal.ts'
import { isEncryptionKey } from '../policy/encryption-key.ts'
import { chooseSigningKey, type ScheduledKey, scheduleKeys } from '../policy/signing-key.ts'
import type { SigningKeyStore } from '../storage/signing-key.ts'
import { generateSigningKey } from './generate.ts'
import { isOpen, type LoadedKey, loadSigningKey, type OpenKey } from './load.ts'

export interface KeyRingOptions {
  readonly store: SigningKeyStore
  readonly sealers: readonly [Sealer, ...Sealer[]]
  readonly algorithms: readonly string[]
  readonly clock: Clock
  /** For how many seconds the keys that were read are used without another look. */
  readonly cacheSeconds: number
  readonly longestLifetime: number
  readonly emit: (event: OAuthEvent) => void
}

/** The stored keys, imported, as one reading found them. */
export interface KeyRing {
  readonly byId: ReadonlyMap<string, LoadedKey>
  /** The keys of each algorithm, oldest first. */
  readonly byAlgorithm: ReadonlyMap<string, readonly LoadedKey[]>
  /** The published keys as a JWK set. */
  readonly jwks: string
  readonly readAt: number
}

export async function readKeyRing(options: KeyRingOptions, before: KeyRing | undefined): Promise<KeyRing> {
  const now = options.clock.now()
  const byId = new Map<string, LoadedKey>()
  const byAlgorithm = new Map<string, LoadedKey[]>()
  for (const record of await options.store.list()) {
    if (isEncryptionKey(record)) continue
    // Importing takes time, and a stored key never changes.
    const key = before?.byId.get(record.id) ?? (await loadSigningKey(record, options.sealers))
    byId.set(key.id, key)
    byAlgorithm.set(key.algorithm, [...(byAlgorithm.get(key.algorithm) ?? []), key])
  }
  const published: string[] = []
  for (const keys of byAlgorithm.values()) {
    for (const { key, neededUntil } of scheduleRing(keys, now, options.longestLifetime)) {
      if (now >= neededUntil) continue
      published.push(key.publicKey)
      if (isOpen(key) || key.verifier === undefined || before?.byId.has(key.id)) continue
      options.emit({ type: 'signing_key.unsealable', keyId: key.id, algorithm: key.algorithm })
    }
  }
  return { byId, byAlgorithm, jwks: `{"keys":[${published.join(',')}]}`, readAt: now }
}

/**
 * Computes the state of each key of one algorithm. A key that this process can decrypt is followed by the next one that
 * it can decrypt: a key that another process made with another secret must not end the key with which this process
 * signs.
 */
export function scheduleRing(
  keys: readonly LoadedKey[],
  now: number,
  longestLifetime: number,
): readonly ScheduledKey<LoadedKey>[] {
  const ours = new Map(scheduleKeys(keys.filter(isOpen), now, longestLifetime).map((one) => [one.key.id, one]))
  return scheduleKeys(keys, now, longestLifetime).map((one) => ours.get(one.key.id) ?? one)
}

/** Returns the key that signs now, out of those that this process can decrypt; `undefined` when there is none. */
export function signingKey(ring: KeyRing, algorithm: string, now: number): OpenKey | undefined {
  return chooseSigningKey((ring.byAlgorithm.get(algorithm) ?? []).filter(isOpen), now)
}

/** Adds the next key of an algorithm. When another process has just added one, it does nothing. */
export async function addSigningKey(
  options: KeyRingOptions,
  ring: KeyRing,
  algorithm: string,
  activatesAt: number,
): Promise<void> {
  const generation = (ring.byAlgorithm.get(algorithm)?.at(-1)?.generation ?? 0) + 1
  const key = await generateSigningKey(
    { algorithm, generation, now: options.clock.now(), activatesAt },
    options.sealers[0],
  )
  if ((await options.store.insert(key)) === 'won') {
    options.emit({ type: 'signing_key.created', keyId: key.id, algorithm, activatesAt })
  }
}
