import type { Clock } from '../contracts/clock.ts'
import type { OAuthEvent } from '../contracts/events.ts'
import type { Sealer } from '../crypto/seal.ts'
import { chooseSigningKey, type ScheduledKey, scheduleKeys } from '../policy/signing-key.ts'
import type { SigningKeyStore } from '../storage/signing-key.ts'
import { generateSigningKey } from './generate.ts'
import { isOpen, type LoadedKey, loadSigningKey, type OpenKey } from './load.ts'

export interface KeyRingOptions {
  readonly store: SigningKeyStore
  readonly sealers: readonly [Sealer, ...Sealer[]]
  readonly algorithms: readonly string[]
  readonly clock: Clock
  /** Seconds for which what was read is relied on. */
  readonly cacheSeconds: number
  readonly longestLifetime: number
  readonly emit: (event: OAuthEvent) => void
}

/** What is stored, imported: one reading of the key table. */
export interface KeyRing {
  readonly byId: ReadonlyMap<string, LoadedKey>
  /** Each algorithm's keys, oldest first. */
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
    // Importing is dear and a stored key never changes.
    const key = before?.byId.get(record.id) ?? (await loadSigningKey(record, options.sealers))
    byId.set(key.id, key)
    byAlgorithm.set(key.algorithm, [...(byAlgorithm.get(key.algorithm) ?? []), key])
  }
  const published: string[] = []
  for (const keys of byAlgorithm.values()) {
    for (const { key, neededUntil } of scheduleRing(keys, now, options.longestLifetime)) {
      if (now >= neededUntil) continue
      published.push(key.publicKey)
      if (isOpen(key) || before?.byId.has(key.id)) continue
      options.emit({ type: 'signing_key.unsealable', keyId: key.id, algorithm: key.algorithm })
    }
  }
  return { byId, byAlgorithm, jwks: `{"keys":[${published.join(',')}]}`, readAt: now }
}

/**
 * Where each key of one algorithm stands. A key that we can open gives way to the next one that we can open: what another
 * process has made with a secret that we do not have must not end the key with which we sign.
 */
export function scheduleRing(
  keys: readonly LoadedKey[],
  now: number,
  longestLifetime: number,
): readonly ScheduledKey<LoadedKey>[] {
  const ours = new Map(scheduleKeys(keys.filter(isOpen), now, longestLifetime).map((one) => [one.key.id, one]))
  return scheduleKeys(keys, now, longestLifetime).map((one) => ours.get(one.key.id) ?? one)
}

/** The key that signs now, of those that we can open; `undefined` where there is none. */
export function signingKey(ring: KeyRing, algorithm: string, now: number): OpenKey | undefined {
  return chooseSigningKey((ring.byAlgorithm.get(algorithm) ?? []).filter(isOpen), now)
}

/**
 * Adds the next generation of an algorithm's keys. When another process has just done so, that is as good.
 */
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
