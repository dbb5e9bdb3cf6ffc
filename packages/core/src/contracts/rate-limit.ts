import type { Awaitable } from '../storage/awaitable.ts'

/** At most `max` requests in `windowSeconds`. */
export interface RateLimitRule {
  readonly max: number
  readonly windowSeconds: number
}

/** What is limited apart from each other. `authentication` counts refused client credentials only. */
export type RateLimitBucket =
  | 'token'
  | 'authorize'
  | 'introspect'
  | 'revoke'
  | 'register'
  | 'userinfo'
  | 'authentication'

/** One request, as a limiter counts it. */
export interface LimitedRequest {
  readonly bucket: RateLimitBucket
  /** Who asks: requests with one key share an allowance. Text from outside, cut to a few hundred characters. */
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
  /** Counts one request and says whether it is within the rule. */
  consume(request: LimitedRequest): Awaitable<RateLimitVerdict>
  /** Whether the next one would be, without counting it: asked before client credentials are looked at. */
  check(request: LimitedRequest): Awaitable<RateLimitVerdict>
}

/**
 * Rules by bucket; `false` lifts one. Defaults a minute: token 20, authorize 30, introspect 100, revoke 30, register 5,
 * userinfo 60, authentication 20. Each is for one address and, where a request names a client that exists, that client.
 */
export type RateLimitOptions = { readonly [Bucket in RateLimitBucket]?: RateLimitRule | false | undefined } & {
  /**
   * The address that a request came from, as only the host can know it (which proxy to believe). Requests without one
   * are limited by client alone, and not at all when they name none: then whoever spends a client's allowance spends it
   * for all.
   */
  readonly clientAddress: (request: Request) => string | undefined
  /** Default: one in the memory of this process. */
  readonly limiter?: RateLimiter | undefined
}

/** The option after parsing. */
export interface RateLimitPolicy {
  readonly rules: ReadonlyMap<RateLimitBucket, RateLimitRule>
  readonly clientAddress: (request: Request) => string | undefined
  readonly limiter: RateLimiter | undefined
}

/** The limits as requests meet them. */
export interface Limits {
  /**
   * Counts a request to an endpoint.
   * @throws {OAuthError} `rate_limited` (429) beyond the rule
   */
  spend(bucket: RateLimitBucket, request: Request): Promise<void>
  /**
   * Refuses credentials, right or wrong, where too many wrong ones came before.
   * @throws {OAuthError} `rate_limited` (429)
   */
  checkCredentials(request: Request, clientId: string): Promise<void>
  /** Counts credentials that were refused. */
  countRefusedCredentials(request: Request, clientId: string): Promise<void>
}
