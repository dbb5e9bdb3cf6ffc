import * as v from 'valibot'
import { issuerEntries, issuerKeys, keysProblem, type Profile, seconds, type Trust } from '../../assertions/trust.ts'
import type { PublicKeySet } from '../../protocol/feature-client-metadata.ts'

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

export const issuerSchema: v.GenericSchema<unknown, Entry> = v.strictObject({
  ...issuerEntries,
  profile: v.optional(v.picklist(['jwt', 'id-jag'], 'must be jwt or id-jag'), 'jwt'),
  subject: v.optional(v.picklist(['user', 'client'], 'must be user or client'), 'user'),
  maxLifetimeSeconds: v.optional(seconds, 300),
  singleUse: v.optional(v.boolean()),
  publicClients: v.optional(v.boolean(), false),
  selfRegisteredClients: v.optional(v.boolean(), false),
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
    const { issuer, profile, subject, algorithms, maxLifetimeSeconds, singleUse, audiences, mapClaims } = entry
    const { publicClients, selfRegisteredClients } = entry
    return {
      ...{ publicClients, selfRegisteredClients },
      algorithms,
      issuer,
      profile,
      subject,
      audiences,
      keys: issuerKeys(entry),
      maxLifetime: maxLifetimeSeconds,
      singleUse: singleUse ?? profile === 'jwt',
      mapClaims: mapClaims as Trust['mapClaims'],
      mapper: 'jwtBearer: mapClaims',
    }
  })
}

function problemOf(entry: Entry): string | undefined {
  const { profile, subject, audiences, mapClaims, selfRegisteredClients } = entry
  const keys = keysProblem(entry)
  if (keys !== undefined) return keys
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
