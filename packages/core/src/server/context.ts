import { createClientDirectory } from '../clients/directory.ts'
import type { ProviderOptions } from '../config/options.ts'
import { systemClock } from '../contracts/clock.ts'
import type { Config } from '../contracts/config.ts'
import type { Context } from '../contracts/context.ts'
import type { OAuthEvent } from '../contracts/events.ts'
import type { Registry } from '../contracts/registry.ts'
import { randomBytes } from '../crypto/random.ts'
import { createSealer } from '../crypto/seal.ts'
import { createFetchBudget } from '../http/fetch-budget.ts'
import { createOutbound } from '../http/outbound.ts'
import { lookupHost } from '../http/platform.ts'
import { sealingPurpose } from '../keys/generate.ts'
import { createKeySet } from '../keys/key-set.ts'
import { jwksMaxAge } from '../protocol/server-metadata.ts'
import { createLimits } from './rate-limit.ts'

/** Everything a request may need, made once. */
export function createContext(config: Config, registry: Registry, options: ProviderOptions<never>): Context {
  const clock = options.clock ?? systemClock
  const { storage, onEvent } = options
  const emit = (event: OAuthEvent): void => {
    // A hook that only listens must not decide what happens, nor end the process when it rejects.
    try {
      const result: unknown = onEvent?.(event)
      if (result instanceof Promise) result.catch(() => undefined)
    } catch {}
  }
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
    random: options.random ?? { bytes: randomBytes },
    fetchBudget: createFetchBudget(clock),
    outbound: createOutbound(config.outbound, lookupHost),
    emit,
  })
}
