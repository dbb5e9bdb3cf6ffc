import * as v from 'valibot'
import { encryptedResponseMetadata } from '../../clients/encrypted-response.ts'
import { jwksMetadata } from '../../clients/jwks.ts'
import type { ClientMetadataPart } from '../../contracts/client-metadata-part.ts'
import { checkResponseAlgorithm } from '../../policy/response-signing.ts'

const signing: ClientMetadataPart = {
  members: {
    authorization_signed_response_alg: v.pipe(v.string(), v.maxLength(32)),
    require_signed_authorization_response: v.boolean(),
  },
  check: ({ config }, metadata) => checkResponseAlgorithm(config, metadata, 'authorization_signed_response_alg'),
}

/**
 * The client metadata for signed and encrypted authorization responses ({@link https://openid.net/specs/oauth-v2-jarm.html
 * JARM section 3}).
 */
export const authorizationResponseMetadata: readonly ClientMetadataPart[] = [
  signing,
  encryptedResponseMetadata('authorization'),
  jwksMetadata,
]
