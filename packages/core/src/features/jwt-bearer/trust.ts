import * as v from 'valibot'
import { jwksMetadata } from '../../clients/jwks.ts'
import { outboundUrlProblem } from '../../http/outbound.ts'
import type { KeyOwner } from '../../keys/client-keys.ts'
import { clientSigningAlgorithms } from '../../protocol/client-signing-algorithm.ts'
import type { PublicKeySet } from '../../protocol/feature-client-metadata.ts'
import type { AssertionClaims, AssertionRequest } from './options.ts'

/** An entry of the option `issuers`, with its defaults. */
export interface Trust {
  readonly issuer: string
  readonly profile: Profile
  readonly subject: 'user' | 'client'
  readonly keys: KeyOwner
  readonly algorithms: readonly string[]
  /** Seconds. */
  readonly maxLifetime: number
  readonly singleUse: boolean
  readonly publicClients: boolean
  readonly selfRegisteredClients: boolean
  /** `undefined`: the issuer of this server. */
  readonly audiences: readonly string[] | undefined
  /** The function of the host. Its answer is not checked yet. */
  readonly mapClaims: ((claims: AssertionClaims, facts: AssertionRequest) => unknown) | undefined
}

export type Profile = 'jwt' | 'id-jag'

/** An entry of the option `issuers` after parsing. */
export interface Entry {
  readonly issuer: string
  readonly profile: Profile
  readonly subject: 'user' | 'client'
  readonly jwks?: PublicKeySet | undefined
  readonly jwksUri?: string | undefined
  readonly algorithms: readonly string[]
  readonly maxLifetimeSeconds: number
  readonly singleUse?: boolean | undefined
  readonly publicClients: boolean
  readonly selfRegisteredClients: boolean
  readonly audiences?: readonly string[] | undefined
  readonly mapClaims?: ((...args: never[]) => unknown) | undefined
}

const text = v.pipe(v.string(), v.nonEmpty('must not be empty'))
const list = <Item extends v.GenericSchema>(item: Item) =>
  v.pipe(v.array(item), v.nonEmpty('must not be empty'), v.readonly())

export const issuerSchema: v.GenericSchema<unknown, Entry> = v.strictObject({
  issuer: text,
  profile: v.optional(v.picklist(['jwt', 'id-jag'], 'must be jwt or id-jag'), 'jwt'),
  subject: v.optional(v.picklist(['user', 'client'], 'must be user or client'), 'user'),
  jwks: v.optional(jwksMetadata.members.jwks as v.GenericSchema<PublicKeySet>),
  jwksUri: v.optional(text),
  algorithms: v.optional(list(v.picklist(clientSigningAlgorithms)), [...clientSigningAlgorithms]),
  maxLifetimeSeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 300),
  singleUse: v.optional(v.boolean()),
  publicClients: v.optional(v.boolean(), false),
  selfRegisteredClients: v.optional(v.boolean(), false),
  audiences: v.optional(list(text)),
  mapClaims: v.optional(v.function('must be a function')),
})

/**
 * Reads the option `issuers`.
 * @throws {TypeError} for entries that contradict themselves or each other
 */
export function readTrust(entries: readonly Entry[]): readonly Trust[] {
  const known = new Set<string>()
  return entries.map((entry, index) => {
    const name = `jwtBearer: issuers.${index}`
    const problem = problemOf(entry)
    if (problem !== undefined) throw new TypeError(`${name} ${problem}`)
    const kind = `${entry.profile} ${entry.issuer}`
    if (known.has(kind))
      throw new TypeError(`${name} is a second entry for ${entry.issuer} with profile ${entry.profile}`)
    known.add(kind)
    const { issuer, profile, subject, jwks, jwksUri, maxLifetimeSeconds, singleUse, audiences, mapClaims, ...rest } =
      entry
    return {
      ...rest,
      issuer,
      profile,
      subject,
      audiences,
      keys: {
        id: issuer,
        party: 'issuer',
        configured: true,
        metadata: { ...(jwks !== undefined && { jwks }), ...(jwksUri !== undefined && { jwks_uri: jwksUri }) },
      },
      maxLifetime: maxLifetimeSeconds,
      singleUse: singleUse ?? profile === 'jwt',
      mapClaims: mapClaims as Trust['mapClaims'],
    }
  })
}

function problemOf(entry: Entry): string | undefined {
  const { profile, subject, jwks, jwksUri, audiences, mapClaims, selfRegisteredClients } = entry
  if ((jwks === undefined) === (jwksUri === undefined)) return 'needs either jwks or jwksUri'
  if (subject === 'user' && mapClaims === undefined) return 'needs mapClaims, which finds the user of an assertion'
  if (subject === 'client' && profile === 'id-jag') return 'cannot have subject client: an ID-JAG is about a user'
  if (profile === 'id-jag' && audiences !== undefined) {
    return 'cannot have audiences: an ID-JAG is addressed to the issuer of this server'
  }
  if (selfRegisteredClients && (profile === 'id-jag' || subject === 'client')) {
    return 'cannot have selfRegisteredClients, which is for users and the profile jwt'
  }
  return undefined
}

/**
 * Checks the entries against the configuration of the provider.
 * @throws {TypeError} that says what to change
 */
export function checkTrust(
  trusted: readonly Trust[],
  { issuer, outbound }: { readonly issuer: string; readonly outbound: { readonly allowPrivate: boolean } },
): void {
  for (const [index, entry] of trusted.entries()) {
    const name = `jwtBearer: issuers.${index}`
    if (entry.issuer === issuer) {
      throw new TypeError(`${name} is this server itself, which must not accept its own assertions`)
    }
    const { jwks_uri } = entry.keys.metadata
    const problem = jwks_uri === undefined ? undefined : outboundUrlProblem(jwks_uri, outbound.allowPrivate)
    if (problem !== undefined) throw new TypeError(`${name}.jwksUri ${problem}; use jwks for keys that you have`)
  }
}
