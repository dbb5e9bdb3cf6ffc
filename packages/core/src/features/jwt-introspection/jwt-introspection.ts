import { encryptionServerMetadata } from '../../clients/encrypted-response.ts'
import type { Feature } from '../../contracts/feature.ts'
import { introspectionResponseMetadata } from './client-metadata.ts'
import { respondWithJwt } from './response.ts'

/**
 * A feature that signs introspection responses as JWTs, so that an API can prove what the server said of a token ({@link
 * https://www.rfc-editor.org/rfc/rfc9701 RFC 9701}). An API asks for it with the header
 * `Accept: application/token-introspection+jwt`; without that header the response is JSON, as before.
 * @example
 * ```ts
 * const provider = createProvider({ features: [jwtIntrospection()], ... })
 * await provider.registerClient({
 *   client_id: 'notes-api',
 *   grant_types: [],
 *   resources: ['https://notes.example/api'],
 *   introspection_signed_response_alg: 'ES256',
 * })
 * ```
 */
export function jwtIntrospection(): Feature<'jwtIntrospection'> {
  return Object.freeze<Feature<'jwtIntrospection'>>({
    name: 'jwtIntrospection',
    requires: ['signing_keys'],
    start: ({ config }) => ({
      introspectionFormats: [{ respond: respondWithJwt }],
      clientMetadata: introspectionResponseMetadata,
      serverMetadata: {
        introspection_signing_alg_values_supported: config.signingAlgorithms,
        ...encryptionServerMetadata('introspection'),
      },
    }),
  })
}
