import * as v from 'valibot'
import { issuerEntries } from '../../assertions/trust.ts'
import { parseFeatureOptions } from '../../contracts/feature-options.ts'
import { secondsFrom } from '../../contracts/number-option.ts'
import { type ClientSigningAlgorithm, clientSigningAlgorithms } from '../../protocol/client-signing-algorithm.ts'
import type { PublicKeySet } from '../../protocol/feature-client-metadata.ts'
import type { Awaitable } from '../../storage/awaitable.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { type Attester, readAttesters } from './attesters.ts'
import { featureName } from './names.ts'

/** A backend whose attestations the server believes: an entry of the option `attesters`. */
export interface ClientAttester {
  /** What you call it, for your logs. Two attesters must not have the same name. */
  readonly name: string
  /** Its public keys. Give either `jwks` or `jwksUri`. */
  readonly jwks?: PublicKeySet | undefined
  /** The URL of its public keys. The server fetches them when it needs them, and keeps them for five minutes. */
  readonly jwksUri?: string | undefined
  /**
   * The clients that it may attest: their ids, or a function that answers `true` for them. An attester can authenticate as
   * every one of them, so name no client of another party.
   */
  readonly clients: readonly string[] | ((client: ClientRecord) => Awaitable<boolean>)
  /** The algorithms that it may sign with. Default: `RS256`, `PS256`, `ES256`, `EdDSA`, `Ed25519`. */
  readonly algorithms?: readonly ClientSigningAlgorithm[] | undefined
}

/** The options of `experimentalAttestationBasedClientAuthDraft10`. */
export interface AttestationBasedClientAuthDraft10Options {
  /** The backends whose attestations count, at least one. A client that none of them may attest cannot authenticate. */
  readonly attesters: readonly ClientAttester[]
  /**
   * Whether a proof must contain a challenge of this server, so that nobody can make proofs in advance. The client gets it
   * from the challenge endpoint, or in the error `use_attestation_challenge`. A proof with a challenge may have an `iat` of
   * another day, for phones whose clock is wrong. With `false` there is no challenge endpoint. Default `true`.
   */
  readonly requireChallenge?: boolean | undefined
  /**
   * Whether clients may register `attest_jwt_client_auth_dpop`, with which one DPoP proof also proves the key of the
   * attestation. It needs the feature `dpop`. Default `false`.
   */
  readonly dpopCombinedMode?: boolean | undefined
  /**
   * The algorithms that an instance may sign its proof with. Default: `ES256`, `EdDSA`, `Ed25519`, `PS256`.
   */
  readonly popSigningAlgorithms?: readonly ClientSigningAlgorithm[] | undefined
  /** How old a proof may be, by its `iat`, in seconds: 10 to 3600. The server remembers each proof for as long. Default 60. */
  readonly popMaxAgeSeconds?: number | undefined
  /**
   * How old an attestation may be, by its `iat`, in seconds, whatever its `exp` says: 60 to 31536000. An instance that its
   * attester no longer vouches for can authenticate for as long. An attestation without `iat` must end within this time.
   * Default 86400, a day.
   */
  readonly maxAttestationAgeSeconds?: number | undefined
}

/** The checked options. */
export interface AttestationRules {
  readonly attesters: readonly Attester[]
  readonly requireChallenge: boolean
  readonly dpopCombinedMode: boolean
  readonly popSigningAlgorithms: readonly string[]
  readonly popMaxAge: number
  readonly maxAttestationAge: number
}

const { jwks, jwksUri, algorithms } = issuerEntries
const name = v.pipe(v.string(), v.nonEmpty('must not be empty'))

const attester = v.strictObject({
  ...{ name, jwks, jwksUri, algorithms },
  clients: v.union([v.array(name), v.function()], 'must be a list of client ids, or a function'),
})

const entries = {
  attesters: v.pipe(
    v.array(attester),
    v.nonEmpty('must not be empty'),
    v.maxLength(20, 'must have at most 20 entries'),
  ),
  requireChallenge: v.optional(v.boolean(), true),
  dpopCombinedMode: v.optional(v.boolean(), false),
  popSigningAlgorithms: v.optional(
    v.pipe(v.array(v.picklist(clientSigningAlgorithms)), v.nonEmpty('must not be empty')),
    ['ES256', 'EdDSA', 'Ed25519', 'PS256'],
  ),
  popMaxAgeSeconds: v.optional(secondsFrom(10, 3600), 60),
  maxAttestationAgeSeconds: v.optional(secondsFrom(60, 31_536_000), 86_400),
}

/** @throws {TypeError} when an option is unknown, missing or wrong */
export function parseAttestationOptions(options: AttestationBasedClientAuthDraft10Options): AttestationRules {
  const { popMaxAgeSeconds, maxAttestationAgeSeconds, attesters, ...rest } = parseFeatureOptions(
    featureName,
    entries,
    options,
  )
  return {
    ...rest,
    attesters: readAttesters(attesters),
    popMaxAge: popMaxAgeSeconds,
    maxAttestationAge: maxAttestationAgeSeconds,
  }
}
