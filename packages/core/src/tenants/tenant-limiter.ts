import type { LimitedRequest, RateLimiter } from '../contracts/rate-limit.ts'

/**
 * Lets one limiter count for a tenant: the same client id in another tenant is another client. The limiter outlives the
 * tenant's provider, so that nobody gets a new allowance by making the server forget the provider.
 */
export function tenantLimiter(limiter: RateLimiter, tenant: string): RateLimiter {
  const within = (request: LimitedRequest): LimitedRequest => ({ ...request, key: `tenant ${tenant} ${request.key}` })
  return {
    consume: (request) => limiter.consume(within(request)),
    check: (request) => limiter.check(within(request)),
  }
}
