import * as v from 'valibot'
import type { ClientMetadataPart } from '../../contracts/client-metadata-part.ts'
import { checkResponseAlgorithm } from '../../policy/response-signing.ts'

/**
 * The client metadata for signed authorization responses ({@link
 * https://openid.net/specs/oauth-v2-jarm.html JARM section 3}).
 */
export const authorizationResponseMetadata: ClientMetadataPart = {
  members: {
    authorization_signed_response_alg: v.pipe(v.string(), v.maxLength(32)),
    require_signed_authorization_response: v.boolean(),
  },
  check: ({ config }, metadata) => checkResponseAlgorithm(config, metadata, 'authorization_signed_response_alg'),
}
