import { clockTolerance, timeProblem } from '../policy/clock-skew.ts'
import type { RequestObjectRules } from './rules.ts'

/** The longest lifetime where one is required and the options name none, in seconds. */
const anHour = 3600

/**
 * Tells what is wrong with the times of a request object; `undefined` when they are right. FAPI 2.0 Message Signing (section
 * 5.3.1) demands `nbf` of the last hour, and `exp` at most an hour after it. The clock of the client may be ten seconds off.
 */
export function lifetimeProblem(
  claims: Readonly<Record<string, unknown>>,
  { requireLifetime, maxLifetimeSeconds = requireLifetime ? anHour : undefined }: RequestObjectRules,
  now: number,
): string | undefined {
  const problem = timeProblem(claims, now)
  if (problem !== undefined) return problem
  // They are numbers, or absent.
  const { exp, nbf } = claims as { readonly exp?: number; readonly nbf?: number }
  if (requireLifetime && (exp === undefined || nbf === undefined)) return 'it must contain exp and nbf'
  if (maxLifetimeSeconds === undefined) return undefined
  if (exp !== undefined && exp - (nbf ?? exp) > maxLifetimeSeconds) {
    return `from nbf to exp it may be ${maxLifetimeSeconds} seconds at most`
  }
  if (exp !== undefined && exp > now + maxLifetimeSeconds + clockTolerance) {
    return `exp may be ${maxLifetimeSeconds} seconds ahead at most`
  }
  if (nbf !== undefined && nbf < now - maxLifetimeSeconds - clockTolerance) {
    return `nbf may be ${maxLifetimeSeconds} seconds ago at most`
  }
  return undefined
}
