import * as v from 'valibot'
import { encryptedResponseMetadata } from '../../clients/encrypted-response.ts'
import { jwksMetadata } from '../../clients/jwks.ts'
import type { ClientMetadataPart } from '../../contracts/client-metadata-part.ts'
import { checkResponseAlgorithm } from '../../policy/response-signing.ts'

const signing: ClientMetadataPart = {
  members: { introspection_signed_response_alg: v.pipe(v.string(), v.maxLength(32)) },
  check: ({ config }, metadata) => checkResponseAlgorithm(config, metadata, 'introspection_signed_response_alg'),
}

/**
 * The client metadata for introspection responses as JWTs ({@link
 * https://www.rfc-editor.org/rfc/rfc9701#section-6 RFC 9701 section 6}).
 */
export const introspectionResponseMetadata: readonly ClientMetadataPart[] = [
  signing,
  encryptedResponseMetadata('introspection'),
  jwksMetadata,
]
