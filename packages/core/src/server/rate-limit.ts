import type { Clock } from '../contracts/clock.ts'
import type { ClientDirectory } from '../contracts/context.ts'
import type { OAuthEvent } from '../contracts/events.ts'
import type {
  LimitedRequest,
  Limits,
  RateLimitBucket,
  RateLimitPolicy,
  RateLimitVerdict,
} from '../contracts/rate-limit.ts'
import type { Registry } from '../contracts/registry.ts'
import { readAuthorization } from '../http/authorization-header.ts'
import { mediaType, readBody } from '../http/body.ts'
import { parseUnchecked } from '../http/parameters.ts'
import { queryOf } from '../http/target.ts'
import { OAuthError } from '../protocol/errors.ts'
import { createMemoryRateLimiter } from './memory-rate-limiter.ts'

interface Surroundings {
  readonly registry: Registry
  readonly clients: ClientDirectory
  readonly clock: Clock
  emit(event: OAuthEvent): void
}

/** What a limiter has to keep of a text from outside. */
const longest = 255

/** The limits by the option `rateLimit`. A limiter that fails stops nobody. */
export function createLimits(policy: RateLimitPolicy, surroundings: Surroundings): Limits {
  const { registry, clients, clock, emit } = surroundings
  const limiter = policy.limiter ?? createMemoryRateLimiter()

  const ask = async (
    bucket: RateLimitBucket,
    verb: 'consume' | 'check',
    request: Request,
    clientId: () => Promise<string | undefined>,
  ): Promise<RateLimitVerdict | undefined> => {
    const rule = policy.rules.get(bucket)
    if (rule === undefined) return undefined
    try {
      const key = [policy.clientAddress(request), await clientId()]
        .filter((part) => part !== undefined)
        .map((part) => part.slice(0, longest))
        .join(' ')
      if (key === '') return undefined
      const limited: LimitedRequest = { bucket, key, rule, now: clock.now() }
      return await limiter[verb](limited)
    } catch (cause) {
      emit({ type: 'rate_limiter.failed', bucket, cause })
      return undefined
    }
  }

  return {
    async spend(bucket, request) {
      // Only a client that exists: made-up names would each bring an allowance of their own.
      const known = async (): Promise<string | undefined> => {
        const claimed = await claimedClient(registry, request)
        return claimed === undefined ? undefined : (await clients.find(claimed))?.id
      }
      refuseBeyond(await ask(bucket, 'consume', request, known))
    },
    async checkCredentials(request, clientId) {
      refuseBeyond(await ask('authentication', 'check', request, async () => clientId))
    },
    async countRefusedCredentials(request, clientId) {
      await ask('authentication', 'consume', request, async () => clientId)
    },
  }
}

function refuseBeyond(verdict: RateLimitVerdict | undefined): void {
  if (verdict === undefined || verdict.allowed) return
  const seconds = Math.ceil(verdict.retryAfterSeconds)
  const retryAfter = Number.isSafeInteger(seconds) && seconds > 0 ? seconds : 1
  throw new OAuthError('rate_limited', 'too many requests', { headers: { 'retry-after': retryAfter.toString() } })
}

/** The client that a request says it comes from; what is malformed says nothing, and is refused later. */
async function claimedClient(registry: Registry, request: Request): Promise<string | undefined> {
  try {
    const isForm = request.method === 'POST' && mediaType(request) === 'application/x-www-form-urlencoded'
    const encoded = isForm ? await readBody(request.clone()) : queryOf(request.url)
    const sources = { authorization: readAuthorization(request), parameters: parseUnchecked(encoded) }
    for (const method of registry.clientAuthMethods.values()) {
      const presented = method.collect(sources)
      if (presented !== undefined) return presented.clientId
    }
  } catch {
    // Not a limiter's business.
  }
  return undefined
}
