import type { Clock } from '../contracts/clock.ts'
import type { Context } from '../contracts/context.ts'
import type {
  BucketDefaults,
  LimitedRequest,
  Limits,
  RateLimitBucket,
  RateLimitPolicy,
  RateLimitRule,
  RateLimitVerdict,
} from '../contracts/rate-limit.ts'
import { isPublic } from '../policy/client.ts'
import { OAuthError } from '../protocol/errors.ts'
import { networkOf } from '../protocol/ip-address.ts'
import { createMemoryRateLimiter } from './memory-rate-limiter.ts'

/** What hears of a limiter that failed. */
type Hearing = Pick<Context, 'emit'>

/** The key that a request counts under, and the rule for it. */
interface Counted {
  readonly key: string
  readonly rule: RateLimitRule | undefined
}

/** The longest text from outside that a limiter has to keep, in characters. */
const longest = 255

/**
 * Makes the limits from the option `rateLimit`. When a limiter fails, requests go on without a limit.
 * @throws {TypeError} when the option names a bucket that no feature brings
 */
export function createLimits(
  policy: RateLimitPolicy,
  featureBuckets: ReadonlyMap<string, BucketDefaults>,
  clock: Clock,
): Limits {
  const rules = new Map(policy.rules)
  for (const [bucket, defaults] of featureBuckets) rules.set(bucket, policy.rulesOf(bucket, defaults))
  const unknown = policy.named.find((bucket) => !featureBuckets.has(bucket))
  if (unknown !== undefined) {
    throw new TypeError(
      `rateLimit.features.${unknown}: no installed feature has this bucket; check the name, or add the feature`,
    )
  }
  const limiter = policy.limiter ?? createMemoryRateLimiter()

  const ask = async (
    ctx: Hearing,
    bucket: RateLimitBucket,
    verb: 'consume' | 'check',
    who: () => Counted | undefined,
  ): Promise<RateLimitVerdict | undefined> => {
    try {
      const counted = who()
      if (counted?.rule === undefined) return undefined
      const limited: LimitedRequest = { bucket, key: counted.key, rule: counted.rule, now: clock.now() }
      return await limiter[verb](limited)
    } catch (cause) {
      ctx.emit({ type: 'rate_limiter.failed', bucket, cause })
      return undefined
    }
  }

  const addressOf = (request: Request): string | undefined => {
    if (policy.clientAddress === undefined) return undefined
    const given = policy.clientAddress(request)
    // In a list, the nearest proxy has added the last address. Requests without an address share one allowance.
    const last = given?.slice(given.lastIndexOf(',') + 1) ?? ''
    return networkOf(last.slice(-longest)) || 'unknown'
  }

  const byAddress = (bucket: RateLimitBucket, request: Request) => (): Counted | undefined => {
    const address = addressOf(request)
    return address === undefined ? undefined : { key: `address ${address}`, rule: rules.get(bucket)?.address(address) }
  }

  const byClient = (bucket: RateLimitBucket, clientId: string) => (): Counted => ({
    key: `client ${clientId}`,
    rule: rules.get(bucket)?.client(clientId),
  })

  /** Counts one client's credentials from one address, so that an attacker elsewhere cannot lock the client out. */
  const byBoth = (request: Request, clientId: string) => (): Counted | undefined => {
    const address = addressOf(request)
    if (address === undefined) return undefined
    const named = clientId.slice(0, longest)
    return { key: `address ${address} client ${named}`, rule: rules.get('authentication')?.client(named) }
  }

  const checkCredentials = async (ctx: Hearing, request: Request, clientId: string): Promise<void> => {
    const verdicts = await Promise.all([
      ask(ctx, 'authentication', 'check', byBoth(request, clientId)),
      ask(ctx, 'authentication', 'check', byAddress('authentication', request)),
    ])
    for (const verdict of verdicts) refuseBeyond(verdict)
  }

  return {
    async countRequest(ctx, bucket, request) {
      refuseBeyond(await ask(ctx, bucket, 'consume', byAddress(bucket, request)))
    },
    checkCredentials,
    async countRefusedCredentials(ctx, request, clientId) {
      // Once the first rule refuses, the second does not count: one client that keeps failing locks out no other.
      refuseBeyond(await ask(ctx, 'authentication', 'consume', byBoth(request, clientId)))
      refuseBeyond(await ask(ctx, 'authentication', 'consume', byAddress('authentication', request)))
    },
    async countAuthenticated(ctx, bucket, request, client) {
      // A public client has proved nothing: anybody can use its id.
      if (isPublic(client)) return
      await checkCredentials(ctx, request, client.id)
      if (bucket !== undefined) refuseBeyond(await ask(ctx, bucket, 'consume', byClient(bucket, client.id)))
    },
  }
}

function refuseBeyond(verdict: RateLimitVerdict | undefined): void {
  if (verdict === undefined || verdict.allowed) return
  const seconds = Math.ceil(verdict.retryAfterSeconds)
  const retryAfter = Number.isSafeInteger(seconds) && seconds > 0 ? seconds : 1
  throw new OAuthError('rate_limited', 'too many requests', { headers: { 'retry-after': retryAfter.toString() } })
}
