import * as v from 'valibot'
import { jwksMetadata } from '../../clients/jwks.ts'
import type { Feature } from '../../contracts/feature.ts'
import { parseFeatureOptions } from '../../contracts/feature-options.ts'
import { type ClientSigningAlgorithm, clientSigningAlgorithms } from '../../protocol/client-signing-algorithm.ts'
import { keyManagementAlgorithms } from '../../protocol/encryption.ts'
import { requestObjectMetadata } from './client-metadata.ts'
import {
  encryptionMetadata,
  encryptionServerMetadata,
  neededKeys,
  type RequestObjectEncryptionOptions,
} from './encryption.ts'
import { resolveRequestObject } from './resolve.ts'
import type { RequestObjectRules } from './rules.ts'

export type { RequestObjectEncryptionOptions }

/** The options of `jwtSecuredRequests`. */
export interface JwtSecuredRequestsOptions extends RequestObjectEncryptionOptions {
  /** The algorithms that request objects may be signed with. Default: `RS256`, `PS256`, `ES256`, `EdDSA`, `Ed25519`. */
  readonly signingAlgorithms?: readonly ClientSigningAlgorithm[] | undefined
  /**
   * Which clients may send request objects without a signature (`alg: none`), which prove nothing and are forbidden by
   * RFC 9101. `registered`: clients that registered `request_object_signing_alg: none`. `allowed`: also clients that
   * registered no algorithm, as in OpenID Connect Core and its certification suite. Default `refused`: no client.
   */
  readonly unsigned?: 'refused' | 'registered' | 'allowed' | undefined
  /**
   * What happens to parameters beside a request object. `ignored`: they are dropped, as in RFC 9101. `merged`: they
   * count when the object does not contain them, as in OpenID Connect Core section 6.1. An attacker who changes the URL
   * can then add what the object leaves out. Default `ignored`.
   */
  readonly outsideParameters?: 'ignored' | 'merged' | undefined
  /**
   * Whether every client must send a signed request object. Default `false`; a single client can register
   * `require_signed_request_object`.
   */
  readonly required?: boolean | undefined
}

const entries = {
  signingAlgorithms: v.optional(v.pipe(v.array(v.picklist(clientSigningAlgorithms)), v.nonEmpty('must not be empty')), [
    ...clientSigningAlgorithms,
  ]),
  unsigned: v.optional(v.picklist(['refused', 'registered', 'allowed']), 'refused'),
  outsideParameters: v.optional(v.picklist(['ignored', 'merged']), 'ignored'),
  required: v.optional(v.boolean(), false),
  encryptionAlgorithms: v.optional(v.array(v.picklist(keyManagementAlgorithms)), []),
}

/**
 * A feature that accepts authorization requests as JWTs (request objects), in `request` or behind a registered
 * `request_uri` ({@link https://www.rfc-editor.org/rfc/rfc9101 RFC 9101}, {@link
 * https://openid.net/specs/openid-connect-core-1_0.html#JWTRequests OpenID Connect Core section 6}).
 * @throws {TypeError} when an option is unknown or wrong
 * @example
 * ```ts
 * createProvider({ features: [jwtSecuredRequests({ required: true })], ... })
 * ```
 */
export function jwtSecuredRequests(options: JwtSecuredRequestsOptions = {}): Feature<'jwtSecuredRequests'> {
  const rules: RequestObjectRules = parseFeatureOptions('jwtSecuredRequests', entries, options)
  return Object.freeze<Feature<'jwtSecuredRequests'>>({
    name: 'jwtSecuredRequests',
    start: (core) => ({
      encryptionKeys: neededKeys(core, rules.encryptionAlgorithms),
      clientMetadata: [jwksMetadata, requestObjectMetadata(rules), ...encryptionMetadata(rules.encryptionAlgorithms)],
      parameterSources: [{ resolve: (ctx, sent) => resolveRequestObject(ctx, rules, sent) }],
      serverMetadata: {
        request_parameter_supported: true,
        request_uri_parameter_supported: true,
        require_request_uri_registration: true,
        request_object_signing_alg_values_supported: [
          ...rules.signingAlgorithms,
          ...(rules.unsigned === 'refused' ? [] : ['none']),
        ],
        ...(rules.required && { require_signed_request_object: true }),
        ...encryptionServerMetadata(rules.encryptionAlgorithms),
      },
    }),
  })
}
