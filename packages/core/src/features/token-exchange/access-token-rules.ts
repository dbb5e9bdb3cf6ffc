import * as v from 'valibot'
import type { AccessTokenExchange } from './access-token-options.ts'

/** The option `accessTokens`, with its defaults. */
export interface AccessTokenRules extends Pick<AccessTokenExchange, 'authorize' | 'mayAct'> {
  /** `undefined`: the lifetime of access tokens. */
  readonly lifetimeSeconds?: number | undefined
  readonly maxActors: number
}

const whole = v.pipe(
  v.number('must be a number'),
  v.integer('must be a whole number'),
  v.minValue(1, 'must be at least 1'),
)

export const accessTokensSchema: v.GenericSchema = v.strictObject({
  authorize: v.function('must be a function that decides about each exchange'),
  lifetimeSeconds: v.optional(whole),
  // The parser of JSON allows sixteen levels, and a token has to stay small enough for a header.
  maxActors: v.optional(v.pipe(whole, v.maxValue(8, 'must be at most 8')), 4),
  mayAct: v.optional(v.function('must be a function')),
})
