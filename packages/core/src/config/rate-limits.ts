import * as v from 'valibot'
import type {
  BucketDefaults,
  BucketRules,
  BuiltInRateLimitBucket,
  RateLimitChoice,
  RateLimitOptions,
  RateLimitPolicy,
  RateLimitRule,
  RateLimitRules,
  RateLimitsOfBucket,
} from '../contracts/rate-limit.ts'

const count = v.pipe(v.number(), v.integer(), v.minValue(1))
const rule = v.strictObject({ max: count, windowSeconds: count })
const choice = v.optional(
  v.union([v.literal(false), rule, v.function()], 'must be { max, windowSeconds }, false or a function'),
)

/** The default limits, in requests per minute. */
const defaults: Readonly<Record<BuiltInRateLimitBucket, BucketDefaults>> = {
  token: { address: 600, client: 600 },
  authorize: { address: 600 },
  introspect: { address: 12_000, client: 6000 },
  revoke: { address: 600, client: 600 },
  register: { address: 30 },
  userinfo: { address: 600 },
  authentication: { address: 200, client: 20 },
}

/** The limit of refused credentials from one address for all clients, as a multiple of the limit for one client. */
const clientsPerAddress = 10

const buckets = Object.entries(defaults) as readonly [BuiltInRateLimitBucket, BucketDefaults][]

function bucketSchema({ client }: BucketDefaults): v.GenericSchema {
  const members: v.ObjectEntries = client === undefined ? { address: choice } : { address: choice, client: choice }
  const message = `must be { max, windowSeconds }, { ${Object.keys(members).join(', ')} } or false`
  const one: v.GenericSchema = v.union([v.literal(false), rule], message)
  const apart: v.GenericSchema = v.strictObject(members)
  const isRule = (given: unknown): boolean =>
    typeof given !== 'object' || given === null || 'max' in given || 'windowSeconds' in given
  return v.optional(v.lazy((given) => (isRule(given) ? one : apart)))
}

/** The option `rateLimit`. */
export const rateLimitSchema: v.GenericSchema = v.strictObject({
  clientAddress: v.union([v.function(), v.literal(false)], 'must be a function, or false'),
  limiter: v.optional(
    v.custom<object>(
      (value) => ['consume', 'check'].every((name) => typeof (value as Record<string, unknown>)?.[name] === 'function'),
      'must be an object with consume, check',
    ),
  ),
  ...(Object.fromEntries(buckets.map(([bucket, limits]) => [bucket, bucketSchema(limits)])) as Record<
    BuiltInRateLimitBucket,
    v.GenericSchema
  >),
  features: v.optional(v.record(v.string(), bucketSchema({ address: 1, client: 1 }))),
})

/** Resolves the option `rateLimit` to the rules that apply. */
export function resolveRateLimits(options: RateLimitOptions): RateLimitPolicy {
  const rules = buckets.map(([bucket, usual]) => [bucket, rulesOf(bucket, options[bucket], usual)] as const)
  const { clientAddress, limiter, features = {} } = options
  return Object.freeze<RateLimitPolicy>({
    rules: new Map(rules),
    rulesOf: (bucket, usual) =>
      rulesOf(`features.${bucket}`, Object.hasOwn(features, bucket) ? features[bucket] : undefined, usual),
    named: Object.keys(features),
    clientAddress: clientAddress || undefined,
    limiter,
  })
}

function rulesOf(bucket: string, choice: BucketChoice, usual: BucketDefaults): BucketRules {
  const given = choicesOf(bucket, choice)
  const address = resolveChoice(`${bucket}.address`, given.address, usual.address)
  const client =
    usual.client === undefined ? () => undefined : resolveChoice(`${bucket}.client`, given.client, usual.client)
  return Object.freeze({ address, client })
}

type BucketChoice = RateLimitRule | false | RateLimitsOfBucket | undefined

function choicesOf(bucket: string, given: BucketChoice): RateLimitsOfBucket {
  if (given === undefined) return {}
  if (given === false) return { address: false, client: false }
  if (!('max' in given)) return given
  const ceiling = bucket === 'authentication' ? { ...given, max: given.max * clientsPerAddress } : given
  return { address: ceiling, client: given }
}

function resolveChoice(name: string, choice: RateLimitChoice | undefined, max: number): RateLimitRules {
  const usual: RateLimitRule = Object.freeze({ max, windowSeconds: 60 })
  if (typeof choice !== 'function') {
    const fixed = choice === false ? undefined : Object.freeze({ ...(choice ?? usual) })
    return () => fixed
  }
  return (of) => {
    const answer = choice(of) ?? usual
    if (answer === false) return undefined
    if (v.is(rule, answer)) return answer
    throw new TypeError(`rateLimit.${name}: the function must answer { max, windowSeconds }, false or undefined`)
  }
}
