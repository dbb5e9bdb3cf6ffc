import * as v from 'valibot'
import { jwksMetadata } from '../clients/jwks.ts'
import type { OutsideApproval } from '../contracts/outside-approval.ts'
import { outboundUrlProblem } from '../http/outbound.ts'
import type { KeyOwner } from '../keys/client-keys.ts'
import { clockTolerance } from '../policy/clock-skew.ts'
import { clientSigningAlgorithms } from '../protocol/client-signing-algorithm.ts'
import type { PublicKeySet } from '../protocol/feature-client-metadata.ts'
import type { AssertionClaims, AssertionRequest } from './asserted-types.ts'

/** An issuer whose assertions are believed: an entry of an option, with its defaults. */
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
  /** How the host knows that function, for error texts: the feature and the option. */
  readonly mapper: string
}

export type Profile = 'jwt' | 'id-jag'

/** The checks of what every entry says of its issuer. */
interface IssuerEntries {
  readonly issuer: v.GenericSchema<string>
  readonly jwks: v.OptionalSchema<v.GenericSchema<PublicKeySet>, undefined>
  readonly jwksUri: v.OptionalSchema<v.GenericSchema<string>, undefined>
  readonly algorithms: v.OptionalSchema<v.GenericSchema<readonly string[]>, readonly string[]>
  readonly audiences: v.OptionalSchema<v.GenericSchema<readonly string[]>, undefined>
}

const text: v.GenericSchema<string> = v.pipe(v.string(), v.nonEmpty('must not be empty'))

/** What every entry says of its issuer. */
export const issuerEntries: IssuerEntries = {
  issuer: text,
  jwks: v.optional(jwksMetadata.members.jwks as v.GenericSchema<PublicKeySet>, undefined),
  jwksUri: v.optional(text, undefined),
  algorithms: v.optional(nonEmptyList(v.picklist(clientSigningAlgorithms)), [...clientSigningAlgorithms]),
  audiences: v.optional(nonEmptyList(text), undefined),
}

/** A number of seconds that is at least one. */
export const seconds: v.GenericSchema<number> = v.pipe(v.number(), v.integer(), v.minValue(1))

function nonEmptyList(item: v.GenericSchema<string>): v.GenericSchema<readonly string[]> {
  return v.pipe(v.array(item), v.nonEmpty('must not be empty'), v.readonly())
}

/** The keys of an issuer, with which its assertions are verified. */
export function issuerKeys({ issuer, jwks, jwksUri }: IssuerKeys): KeyOwner {
  return {
    id: issuer,
    party: 'issuer',
    configured: true,
    metadata: { ...(jwks !== undefined && { jwks }), ...(jwksUri !== undefined && { jwks_uri: jwksUri }) },
  }
}

/** What an entry says of the keys of its issuer. */
export interface IssuerKeys {
  readonly issuer: string
  readonly jwks?: PublicKeySet | undefined
  readonly jwksUri?: string | undefined
}

/** @returns a text that says what to change when an entry has no keys, or two sources of them */
export function keysProblem({ jwks, jwksUri }: IssuerKeys): string | undefined {
  return (jwks === undefined) === (jwksUri === undefined) ? 'needs either jwks or jwksUri' : undefined
}

/**
 * Says how long assertions about users are good, so that withdrawals are remembered for so long: from the time at which one
 * may have been made by a clock that differs, to the time at which it is refused by one that differs the other way.
 */
export function outsideApprovals(trusted: readonly Trust[]): readonly OutsideApproval[] {
  return trusted
    .filter(({ subject }) => subject === 'user')
    .map(({ maxLifetime }) => ({ lifetime: maxLifetime + 3 * clockTolerance }))
}

/**
 * Checks the entries against the configuration of the provider.
 * @param option the feature and the option, for error texts
 * @throws {TypeError} that says what to change
 */
export function checkTrust(
  option: string,
  trusted: readonly Pick<Trust, 'issuer' | 'keys'>[],
  { issuer, outbound }: { readonly issuer: string; readonly outbound: { readonly allowPrivate: boolean } },
): void {
  for (const [index, entry] of trusted.entries()) {
    const name = `${option}.${index}`
    if (entry.issuer === issuer) {
      throw new TypeError(`${name} is this server itself, which must not accept its own assertions`)
    }
    const { jwks_uri } = entry.keys.metadata
    const problem = jwks_uri === undefined ? undefined : outboundUrlProblem(jwks_uri, outbound.allowPrivate)
    if (problem !== undefined) throw new TypeError(`${name}.jwksUri ${problem}; use jwks for keys that you have`)
  }
}
