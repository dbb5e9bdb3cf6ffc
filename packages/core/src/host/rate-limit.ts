import type { RateLimiter, RateLimitPolicy } from '../contracts/rate-limit.ts'
import { isRecord, wrongAnswer } from './wrong-answer.ts'

/**
 * Wraps the option `rateLimit` so that the answers of `clientAddress` and of the limiter are checked. A wrong answer
 * counts as a failure of the limiter: the request goes on, and the event `rate_limiter.failed` names the member.
 */
export function checkedRateLimit(given: RateLimitPolicy): RateLimitPolicy {
  const { limiter, clientAddress } = given
  return Object.freeze<RateLimitPolicy>({
    ...given,
    clientAddress:
      clientAddress &&
      ((request) => {
        const address: unknown = clientAddress(request)
        if (typeof address === 'string') return address
        if (address === undefined || address === null) return undefined
        throw wrongAnswer('rateLimit.clientAddress', 'a string, or undefined', address)
      }),
    limiter: limiter && checkedLimiter(limiter),
  })
}

function checkedLimiter(limiter: RateLimiter): RateLimiter {
  const checked =
    (verb: keyof RateLimiter): RateLimiter['consume'] =>
    async (request) => {
      const verdict: unknown = await limiter[verb](request)
      if (isRecord(verdict) && typeof verdict.allowed === 'boolean') return limiterVerdict(verdict)
      throw wrongAnswer(`rateLimit.limiter.${verb}`, '{ allowed: true or false, retryAfterSeconds }', verdict)
    }
  return { consume: checked('consume'), check: checked('check') }
}

function limiterVerdict({ allowed, retryAfterSeconds }: Readonly<Record<string, unknown>>) {
  return { allowed: allowed === true, retryAfterSeconds: typeof retryAfterSeconds === 'number' ? retryAfterSeconds : 1 }
}
