import { jwksMetadata } from '../../clients/jwks.ts'
import type { Feature } from '../../contracts/feature.ts'
import { requestObjectMetadata } from './client-metadata.ts'
import {
  encryptionMetadata,
  encryptionServerMetadata,
  neededKeys,
  type RequestObjectEncryptionOptions,
} from './encryption.ts'
import { type JwtSecuredRequestsOptions, parseRequestObjectOptions, type RequestObjectRequirements } from './options.ts'
import { resolveRequestObject } from './resolve.ts'

export type { JwtSecuredRequestsOptions, RequestObjectEncryptionOptions, RequestObjectRequirements }

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
  const rules = parseRequestObjectOptions(options)
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
