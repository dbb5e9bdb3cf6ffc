import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { Context } from './context.ts'

/** A rate limit: at most `max` requests in `windowSeconds`. */
export interface RateLimitRule {
  readonly max: number
  readonly windowSeconds: number
}

/** The buckets that every provider has. */
export type BuiltInRateLimitBucket =
  | 'token'
  | 'authorize'
  | 'introspect'
  | 'revoke'
  | 'register'
  | 'userinfo'
  | 'authentication'

/**
 * The name of a limit. Endpoints count by their names, features have buckets of their own, and `authentication` counts
 * refused client credentials at all endpoints.
 */
export type RateLimitBucket = BuiltInRateLimitBucket | (string & {})

/** The default limits of a bucket, in requests per minute. */
export interface BucketDefaults {
  /** From one address. */
  readonly address: number
  /** Of one client. Absent where no client authenticates. */
  readonly client?: number
}

/**
 * One rule for all, `false` for no limit, or a function that returns the rule for one address or one client. When the
 * function returns `undefined`, the default applies.
 */
export type RateLimitChoice = RateLimitRule | false | ((name: string) => RateLimitRule | false | undefined)

/** The limits of one bucket. Members that are left out have their defaults. */
export interface RateLimitsOfBucket {
  /**
   * Limits the requests from one address. They count before the server reads anything else of them. A function gets the
   * address: IPv4 as it is, IPv6 as its /64 network, for instance `2001:db8:1:2::/64`.
   */
  readonly address?: RateLimitChoice | undefined
  /**
   * Limits the requests of one client. They count once the client has authenticated: at `token`, `introspect` and
   * `revoke`, and at endpoints of features. Public clients do not count, since anybody can use their id. In
   * `authentication`, this is the rule for refused credentials of one client from one address. A function gets the
   * `client_id`.
   */
  readonly client?: RateLimitChoice | undefined
}

/** What a rate limiter gets to count. */
export interface LimitedRequest {
  readonly bucket: RateLimitBucket
  /**
   * Who sent the request: requests with the same key share an allowance. The text comes from outside and has at most a
   * few hundred characters.
   */
  readonly key: string
  readonly rule: RateLimitRule
  /** Seconds since the epoch. */
  readonly now: number
}

/** What a rate limiter answers. */
export interface RateLimitVerdict {
  readonly allowed: boolean
  /** Seconds until the next request is allowed. Ignored when `allowed` is `true`. */
  readonly retryAfterSeconds: number
}

/**
 * Counts requests. The host may bring its own limiter (Redis, the platform's). When it throws, the request goes on
 * without a limit, and the event `rate_limiter.failed` reports it.
 */
export interface RateLimiter {
  /** ATOMIC. Counts a request and says whether it is within the rule: of fifty at the same time, exactly `max` are. */
  consume(request: LimitedRequest): Awaitable<RateLimitVerdict>
  /**
   * Says whether the next request would be within the rule, without counting it. The server asks this before it
   * verifies client credentials.
   */
  check(request: LimitedRequest): Awaitable<RateLimitVerdict>
}

/**
 * The limits, by bucket. A rule applies to each address and to each authenticated client; `false` removes the limits of
 * the bucket; `{ address, client }` sets them separately. Defaults per minute, for one address: `authorize`, `token`,
 * `revoke` and `userinfo` 600, `introspect` 12,000, `register` 30. For one client: `token` and `revoke` 600,
 * `introspect` 6,000. `authentication`: 20 refused credentials of one client from one address, and 200 from one
 * address. A single rule for `authentication` sets the first of the two; the second is then ten times as high.
 * @example
 * ```ts
 * rateLimit: {
 *   // behind one proxy that appends the address
 *   clientAddress: (request) => request.headers.get('x-forwarded-for') ?? undefined,
 *   token: { max: 100, windowSeconds: 60 },
 *   introspect: { address: false, client: { max: 5000, windowSeconds: 60 } },
 * }
 * ```
 */
export type RateLimitOptions = {
  readonly [Bucket in BuiltInRateLimitBucket]?: RateLimitRule | false | RateLimitsOfBucket | undefined
} & {
  /** Limits of the buckets that features bring, by the names in the features' documentation. */
  readonly features?: Readonly<Record<string, RateLimitRule | false | RateLimitsOfBucket>> | undefined
  /**
   * Returns the address that a request came from: an IP address, with or without port, brackets and zone. Only the host
   * knows which proxy to trust. Of a list with commas the last entry counts, which the nearest proxy has added. IPv6
   * addresses count by their /64 network. Requests for which it returns `undefined` share one allowance. Set `false`
   * when the host cannot know addresses, or has a limiter in front. Then only authenticated clients are limited, and
   * refused credentials are not.
   */
  readonly clientAddress: ((request: Request) => string | undefined) | false
  /** The limiter to use. Default: one in the memory of this process, so each process counts by itself. */
  readonly limiter?: RateLimiter | undefined
}

/** Returns the rule for one address or one client; `undefined` for no limit. */
export type RateLimitRules = (name: string) => RateLimitRule | undefined

/** The rules of one bucket. */
export interface BucketRules {
  readonly address: RateLimitRules
  readonly client: RateLimitRules
}

/** The option `rateLimit` after parsing. */
export interface RateLimitPolicy {
  readonly rules: ReadonlyMap<RateLimitBucket, BucketRules>
  /** Returns the rules of a bucket that a feature brings. */
  rulesOf(bucket: string, defaults: BucketDefaults): BucketRules
  /** The buckets of features that the host has set limits for. */
  readonly named: readonly string[]
  readonly clientAddress: ((request: Request) => string | undefined) | undefined
  readonly limiter: RateLimiter | undefined
}

/**
 * Applies the rate limits to requests. Requests are counted by their address and by the authenticated client, never by
 * what a request only claims to be. `ctx` is that of the request, so that the event of a limiter that failed has its id.
 */
export interface Limits {
  /**
   * Counts a request by its address, before the server reads anything else of it.
   * @throws {OAuthError} `rate_limited` (429) beyond the rule
   */
  countRequest(ctx: Pick<Context, 'emit'>, bucket: RateLimitBucket, request: Request): Promise<void>
  /**
   * Refuses credentials without verifying them when too many wrong ones came before.
   * @throws {OAuthError} `rate_limited` (429)
   */
  checkCredentials(ctx: Pick<Context, 'emit'>, request: Request, clientId: string): Promise<void>
  /**
   * Counts refused credentials. Of many guesses at the same time, only as many as the rule allows learn that they are
   * wrong.
   * @throws {OAuthError} `rate_limited` (429)
   */
  countRefusedCredentials(ctx: Pick<Context, 'emit'>, request: Request, clientId: string): Promise<void>
  /**
   * Counts a request of a client whose credentials were right. When too many wrong ones have been counted in the
   * meantime, right ones are refused as well: many guesses at the same time learn no more than guesses one after
   * another.
   * @throws {OAuthError} `rate_limited` (429)
   */
  countAuthenticated(
    ctx: Pick<Context, 'emit'>,
    bucket: RateLimitBucket | undefined,
    request: Request,
    client: ClientRecord,
  ): Promise<void>
}
