import * as v from 'valibot'
import { type IssuerKeys, issuerEntries, issuerKeys, keysProblem, seconds, type Trust } from '../../assertions/trust.ts'
import type { AccessTokenExchange } from './access-token-options.ts'

/** The option `accessTokens`, with its defaults. */
export interface AccessTokenRules extends Pick<AccessTokenExchange, 'authorize' | 'mayAct'> {
  /** `undefined`: the lifetime of access tokens. */
  readonly lifetimeSeconds?: number | undefined
  readonly maxActors: number
  /** The other issuers whose JWTs are subject tokens. */
  readonly trusted: readonly Trust[]
}

interface Entry extends IssuerKeys {
  readonly algorithms: readonly string[]
  readonly audiences?: readonly string[] | undefined
  readonly maxLifetimeSeconds: number
  readonly mapSubject: (...args: never[]) => unknown
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
  issuers: v.optional(
    v.array(
      v.strictObject({
        ...issuerEntries,
        maxLifetimeSeconds: v.optional(seconds, 3600),
        mapSubject: v.function('must be a function that finds the user of a token'),
      }),
    ),
    [],
  ),
})

/**
 * Reads the option `accessTokens` after parsing.
 * @throws {TypeError} for entries of `issuers` that contradict themselves or each other
 */
export function readRules(parsed: unknown): AccessTokenRules {
  const { issuers, ...rules } = parsed as Omit<AccessTokenRules, 'trusted'> & { readonly issuers: readonly Entry[] }
  for (const [index, entry] of issuers.entries()) {
    const first = issuers.findIndex(({ issuer }) => issuer === entry.issuer)
    const problem = first < index ? `is a second entry for ${entry.issuer}` : keysProblem(entry)
    if (problem !== undefined) throw new TypeError(`tokenExchange: accessTokens.issuers.${index} ${problem}`)
  }
  return { ...rules, trusted: issuers.map(trustOf) }
}

/** An issuer of subject tokens is trusted as one of assertions about users. Its tokens may be presented again. */
function trustOf(entry: Entry): Trust {
  return {
    issuer: entry.issuer,
    profile: 'jwt',
    subject: 'user',
    keys: issuerKeys(entry),
    algorithms: entry.algorithms,
    maxLifetime: entry.maxLifetimeSeconds,
    singleUse: false,
    publicClients: false,
    selfRegisteredClients: false,
    audiences: entry.audiences,
    mapClaims: entry.mapSubject as Trust['mapClaims'],
    mapper: 'tokenExchange: mapSubject',
  }
}
