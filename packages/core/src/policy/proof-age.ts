import { timeProblem } from './clock-skew.ts'

type Members = Readonly<Record<string, unknown>>

/** By how much the clock of a client may differ when a nonce says how old the proof is, in seconds. */
export const nonceTolerance = 86_400

/** When a proof may have been made, in seconds. */
export interface TimeFacts {
  readonly now: number
  /** How long ago it may have been made. */
  readonly maxAge: number
  /** How far in the future. */
  readonly maxAhead: number
}

/**
 * Checks the times of a proof ({@link https://www.rfc-editor.org/rfc/rfc9449#section-11.1 RFC 9449 section 11.1}).
 * @returns a text for the developer of the client that says what is wrong; `undefined` when they are right
 */
export function ageProblem({ iat, exp, nbf }: Members, { now, maxAge, maxAhead }: TimeFacts): string | undefined {
  if (typeof iat !== 'number' || !Number.isFinite(iat)) return 'iat must be a number'
  if (iat > now + maxAhead) return 'iat is in the future: the clocks of client and server differ'
  if (iat < now - maxAge) return `iat is more than ${maxAge} s ago: make a new proof for each request`
  const problem = timeProblem({ exp, nbf }, now)
  return problem === undefined ? undefined : `the proof is not valid at this time: ${problem}`
}
