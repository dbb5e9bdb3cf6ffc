import { createClientDirectory } from '../clients/directory.ts'
import type { Config } from '../contracts/config.ts'
import type { Context } from '../contracts/context.ts'
import type { KeySet } from '../contracts/key-set.ts'
import type { Registry } from '../contracts/registry.ts'
import { createSealer } from '../crypto/seal.ts'
import type { HostPorts } from '../host/ports.ts'
import { createFetchBudget } from '../http/fetch-budget.ts'
import { createOutbound } from '../http/outbound.ts'
import { lookupHost } from '../http/platform.ts'
import { sealingPurpose } from '../keys/generate.ts'
import { createKeySet } from '../keys/key-set.ts'
import { jwksMaxAge } from '../protocol/server-metadata.ts'
import type { Storage } from '../storage/storage.ts'
import { observeOutbound } from './observed-outbound.ts'

/** A context whose tables are filled in once the features have started. */
export type StartingContext = { -readonly [Member in keyof Context]: Context[Member] }

/** Makes the context of a provider. `registry` and `limits` are set later, once the features have started. */
export function createContext(config: Config, storage: Storage, ports: HostPorts): StartingContext {
  const { clock, random, emit } = ports
  const { lifetimes, secrets } = config
  const [first, ...others] = secrets
  const keyFacts = {
    issuer: config.issuer,
    algorithms: config.jwtDisabled ? [] : config.signingAlgorithms,
    clock,
    cacheSeconds: lifetimes.keyCache,
    // A process may use keys that it has read for twice that time.
    activationDelay: 2 * lifetimes.keyCache + jwksMaxAge,
    emit,
  }
  const storedKeys = (algorithms: readonly string[]): KeySet =>
    createKeySet({
      ...keyFacts,
      algorithms,
      store: storage.signingKeys,
      sealers: [createSealer(first, sealingPurpose), ...others.map((secret) => createSealer(secret, sealingPurpose))],
      longestLifetime: Math.max(lifetimes.accessToken, lifetimes.machineAccessToken, lifetimes.idToken),
    })
  const made = new Map<unknown, unknown>()
  const ctx: StartingContext = {
    config,
    registry: beforeStart,
    storage,
    clients: createClientDirectory(() => ctx, lifetimes.clientCache, config.clientCacheSignal),
    keys: config.signingKeys?.start({ ...keyFacts, stored: storedKeys }) ?? storedKeys(keyFacts.algorithms),
    clock,
    random,
    fetchBudget: createFetchBudget(clock),
    outbound: observeOutbound(createOutbound(config.outbound, lookupHost), ports.announcements),
    emit,
    once(make) {
      if (!made.has(make)) made.set(make, make(ctx))
      return made.get(make) as ReturnType<typeof make>
    },
  }
  return ctx
}

/**
 * Stands for the registry until all features have started. It throws an error that tells the author of a feature what
 * to change.
 */
const beforeStart: Registry = new Proxy({} as Registry, {
  get: (_target, member) => tooEarly(`.${String(member)}`),
  has: (_target, member) => tooEarly(`.${String(member)}`),
  ownKeys: () => tooEarly(''),
})

function tooEarly(member: string): never {
  throw new TypeError(`core.registry${member} is there once all features have started: use it in a request`)
}
