import { createClientDirectory } from '../clients/directory.ts'
import type { Config } from '../contracts/config.ts'
import type { Context } from '../contracts/context.ts'
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
import { createLimits } from './rate-limit.ts'

/** Everything a request may need, made once. */
export function createContext(config: Config, registry: Registry, storage: Storage, ports: HostPorts): Context {
  const { clock, random, emit } = ports
  const { lifetimes, secrets } = config
  const [first, ...others] = secrets
  const clients = createClientDirectory(storage.clients, clock, lifetimes.clientCache)
  return Object.freeze<Context>({
    config,
    registry,
    storage,
    clients,
    ...(config.rateLimit && { limits: createLimits(config.rateLimit, { clock, emit }) }),
    keys: createKeySet({
      store: storage.signingKeys,
      sealers: [createSealer(first, sealingPurpose), ...others.map((secret) => createSealer(secret, sealingPurpose))],
      algorithms: config.jwtDisabled ? [] : config.signingAlgorithms,
      clock,
      cacheSeconds: lifetimes.keyCache,
      longestLifetime: Math.max(lifetimes.accessToken, lifetimes.machineAccessToken, lifetimes.idToken),
      // What a process reads may serve it for twice that time.
      activationDelay: 2 * lifetimes.keyCache + jwksMaxAge,
      issuer: config.issuer,
      emit,
    }),
    clock,
    random,
    fetchBudget: createFetchBudget(clock),
    outbound: createOutbound(config.outbound, lookupHost),
    emit,
  })
}
