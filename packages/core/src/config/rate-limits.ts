import * as v from 'valibot'
import type { RateLimitBucket, RateLimitOptions, RateLimitPolicy, RateLimitRule } from '../contracts/rate-limit.ts'

const count = v.pipe(v.number(), v.integer(), v.minValue(1))
const rule = v.optional(
  v.union(
    [v.literal(false), v.strictObject({ max: count, windowSeconds: count })],
    'must be { max, windowSeconds } or false',
  ),
)

/** How many a minute. */
const defaults: Readonly<Record<RateLimitBucket, number>> = {
  token: 20,
  authorize: 30,
  introspect: 100,
  revoke: 30,
  register: 5,
  userinfo: 60,
  authentication: 20,
}

/** The option `rateLimit`. */
export const rateLimitSchema: v.GenericSchema = v.strictObject({
  clientAddress: v.function('must be a function'),
  limiter: v.optional(
    v.custom<object>(
      (value) => ['consume', 'check'].every((name) => typeof (value as Record<string, unknown>)?.[name] === 'function'),
      'must be an object with consume, check',
    ),
  ),
  ...(Object.fromEntries(Object.keys(defaults).map((bucket) => [bucket, rule])) as Record<
    RateLimitBucket,
    typeof rule
  >),
})

/** The rules that apply, once for all requests. */
export function resolveRateLimits(options: RateLimitOptions): RateLimitPolicy {
  const rules = new Map<RateLimitBucket, RateLimitRule>()
  for (const [bucket, max] of Object.entries(defaults) as [RateLimitBucket, number][]) {
    const given = options[bucket] ?? { max, windowSeconds: 60 }
    if (given !== false) rules.set(bucket, Object.freeze({ ...given }))
  }
  return Object.freeze({ rules, clientAddress: options.clientAddress, limiter: options.limiter })
}
