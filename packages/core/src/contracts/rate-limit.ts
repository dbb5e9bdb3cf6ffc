import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'

/** At most `max` requests in `windowSeconds`. */
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
 * What is limited apart from each other: the endpoints by their names, `authentication`, which counts refused client
 * credentials at all of them, and the buckets of features.
 */
export type RateLimitBucket = BuiltInRateLimitBucket | (string & {})

/** Requests a minute by default. */
export interface BucketDefaults {
  /** From one address. */
  readonly address: number
  /** Of one client; absent where no client authenticates. */
  readonly client?: number
}

/**
 * One rule for all, `false` for no limit, or a function that answers for one address or one client. `undefined` from
 * the function means the default.
 */
export type RateLimitChoice = RateLimitRule | false | ((name: string) => RateLimitRule | false | undefined)

/** The limits of one bucket. What is left out has its default. */
export interface RateLimitsOfBucket {
  /**
   * Requests from one address, counted before anything else is done with them, whoever they say they are. A function
   * gets the address: IPv4 as it is, IPv6 as its /64 network, for instance `2001:db8:1:2::/64`.
   */
  readonly address?: RateLimitChoice | undefined
  /**
   * Requests of one client, counted once the client has proved who it is. `token`, `introspect` and `revoke` have it, and
   * public clients, which prove nothing, are not counted. In `authentication` it is the rule for refused credentials of
   * one client from one address. A function gets the `client_id`.
   */
  readonly client?: RateLimitChoice | undefined
}

/** One request, as a limiter counts it. */
export interface LimitedRequest {
  readonly bucket: RateLimitBucket
  /** Who asks: requests with one key share an allowance. Text from outside, of at most a few hundred characters. */
  readonly key: string
  readonly rule: RateLimitRule
  /** Seconds since the epoch. */
  readonly now: number
}

export interface RateLimitVerdict {
  readonly allowed: boolean
  /** When to try again, if it is not. */
  readonly retryAfterSeconds: number
}

/**
 * Counts requests: the host's own (Redis, a platform's), or the one in memory. When it throws, the request goes on and
 * an event tells of it.
 */
export interface RateLimiter {
  /** ATOMIC. Counts one request and says whether it is within the rule: of fifty at once, `max` are. */
  consume(request: LimitedRequest): Awaitable<RateLimitVerdict>
  /** Whether the next one would be, without counting it: asked about client credentials. */
  check(request: LimitedRequest): Awaitable<RateLimitVerdict>
}

/**
 * Limits by bucket. A rule alone is for each address and for each client that authenticated; `false` lifts the limits of
 * the bucket; `{ address, client }` says them apart.
 * Defaults a minute, for one address: `authorize`, `token`, `revoke` and `userinfo` 600, `introspect` 12,000, `register`
 * 30. For one client: `token` and `revoke` 600, `introspect` 6,000. `authentication`: 20 refused credentials of one client
 * from one address, 200 from one address; a rule alone is the first of the two, and the second is ten times that.
 */
export type RateLimitOptions = {
  readonly [Bucket in BuiltInRateLimitBucket]?: RateLimitRule | false | RateLimitsOfBucket | undefined
} & {
  /** The limits of buckets that features bring, by the names that their documentation says. */
  readonly features?: Readonly<Record<string, RateLimitRule | false | RateLimitsOfBucket>> | undefined
  /**
   * The address that a request came from, as only the host can know it (which proxy to believe): an IP address, with or
   * without port, brackets and zone. Of a list with commas the last one counts, which the nearest proxy has added.
   * IPv6 addresses count by their /64 network. Requests for which it answers `undefined` share one allowance.
   *
   * `false` for a host that cannot know addresses, or that has a limiter in front: then only clients that authenticated
   * are limited, and refused credentials are not.
   */
  readonly clientAddress: ((request: Request) => string | undefined) | false
  /** Default: one in the memory of this process. */
  readonly limiter?: RateLimiter | undefined
}

/** Answers for one address or one client; `undefined` for no limit. */
export type RateLimitRules = (name: string) => RateLimitRule | undefined

export interface BucketRules {
  readonly address: RateLimitRules
  readonly client: RateLimitRules
}

/** The option after parsing. */
export interface RateLimitPolicy {
  readonly rules: ReadonlyMap<RateLimitBucket, BucketRules>
  /** The rules of a feature's bucket. */
  rulesOf(bucket: string, defaults: BucketDefaults): BucketRules
  /** The buckets of features for which the host set limits. */
  readonly named: readonly string[]
  readonly clientAddress: ((request: Request) => string | undefined) | undefined
  readonly limiter: RateLimiter | undefined
}

/**
 * The limits as requests meet them. Nothing that a request only says of itself buys an allowance.
 */
export interface Limits {
  /**
   * Counts a request by its address, before anything is read of it.
   * @throws {OAuthError} `rate_limited` (429) beyond the rule
   */
  countRequest(bucket: RateLimitBucket, request: Request): Promise<void>
  /**
   * Refuses credentials before they are looked at, where too many wrong ones came before.
   * @throws {OAuthError} `rate_limited` (429)
   */
  checkCredentials(request: Request, clientId: string): Promise<void>
  /**
   * Counts credentials that were refused. Of many at once only as many as the rule allows learn that they are wrong.
   * @throws {OAuthError} `rate_limited` (429)
   */
  countRefusedCredentials(request: Request, clientId: string): Promise<void>
  /**
   * Counts a request of a client whose credentials were right. Where too many wrong ones have been counted meanwhile,
   * right ones are refused as well: guesses that were sent at once learn no more than guesses one by one.
   * @throws {OAuthError} `rate_limited` (429)
   */
  countAuthenticated(bucket: RateLimitBucket | undefined, request: Request, client: ClientRecord): Promise<void>
}
