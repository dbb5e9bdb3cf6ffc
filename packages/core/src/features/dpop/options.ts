import * as v from 'valibot'
import { parseFeatureOptions } from '../../contracts/feature-options.ts'
import { type ClientSigningAlgorithm, clientSigningAlgorithms } from '../../protocol/client-signing-algorithm.ts'
import type { ClientRecord } from '../../storage/client.ts'

/** The options of `dpop`. */
export interface DpopOptions {
  /**
   * The algorithms that proofs may be signed with, in the order of preference. Default: `ES256`, `EdDSA`, `Ed25519`, `PS256`,
   * those that FAPI 2.0 allows.
   */
  readonly signingAlgorithms?: readonly ClientSigningAlgorithm[] | undefined
  /**
   * How old a proof may be, by its `iat`, in seconds. The server remembers each proof for as long. A proof may be made at
   * most ten seconds in the future. Default 60.
   */
  readonly maxAgeSeconds?: number | undefined
  /**
   * Whether a proof must contain a nonce of this server ({@link https://www.rfc-editor.org/rfc/rfc9449#section-8 RFC 9449
   * section 8}), so that nobody can make proofs in advance. The client gets its first nonce in an error, `use_dpop_nonce`,
   * and further ones in responses, and repeats the request. A proof with a nonce may have an `iat` of another day, for
   * clients whose clock is wrong. A function decides for each client, and returns `true` or `false`. Default `false`.
   */
  readonly requireNonce?: boolean | ((client: ClientRecord) => boolean) | undefined
  /**
   * Whether every client must bind its access tokens, as if it had registered `dpop_bound_access_tokens`. Default `false`: a
   * client that brings no proof gets bearer tokens.
   */
  readonly required?: boolean | undefined
  /**
   * The resources, as `validAudiences` has them, whose access tokens must be bound. A token request for one of them without
   * a proof is refused. Default: none.
   */
  readonly requiredForResources?: readonly string[] | undefined
}

/** The options of `dpop` with their defaults. */
export interface DpopRules {
  readonly signingAlgorithms: readonly string[]
  readonly maxAgeSeconds: number
  readonly requireNonce: boolean | ((client: ClientRecord) => unknown)
  readonly required: boolean
  readonly requiredForResources: readonly string[]
}

const defaultAlgorithms: readonly ClientSigningAlgorithm[] = ['ES256', 'EdDSA', 'Ed25519', 'PS256']

const entries = {
  signingAlgorithms: v.optional(v.pipe(v.array(v.picklist(clientSigningAlgorithms)), v.nonEmpty('must not be empty')), [
    ...defaultAlgorithms,
  ]),
  maxAgeSeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(10), v.maxValue(3600)), 60),
  requireNonce: v.optional(v.union([v.boolean(), v.function()], 'must be true, false or a function'), false),
  required: v.optional(v.boolean(), false),
  requiredForResources: v.optional(v.array(v.string()), []),
}

/** @throws {TypeError} when an option is unknown or wrong */
export function parseDpopOptions(options: DpopOptions): DpopRules {
  return parseFeatureOptions('dpop', entries, options) as DpopRules
}
