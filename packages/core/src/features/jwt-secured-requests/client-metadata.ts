import * as v from 'valibot'
import type { ClientMetadataPart } from '../../contracts/client-metadata-part.ts'
import { outboundUrlProblem } from '../../http/outbound.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { RequestObjectRules } from '../../request-objects/rules.ts'

/**
 * The client metadata for request objects ({@link
 * https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata OpenID Connect Registration section 2},
 * {@link https://www.rfc-editor.org/rfc/rfc9101#section-10.5 RFC 9101 section 10.5}).
 */
export function requestObjectMetadata({ signingAlgorithms, unsigned }: RequestObjectRules): ClientMetadataPart {
  return {
    members: {
      request_object_signing_alg: v.pipe(v.string(), v.maxLength(32)),
      request_uris: v.pipe(v.array(v.pipe(v.string(), v.maxLength(512))), v.maxLength(50)),
      require_signed_request_object: v.boolean(),
    },
    needsKeys: ({ request_object_signing_alg, require_signed_request_object, request_uris }) =>
      request_object_signing_alg !== undefined || require_signed_request_object === true || request_uris !== undefined,
    check({ config }, metadata) {
      const algorithm = metadata.request_object_signing_alg
      const known = algorithm === 'none' ? unsigned !== 'refused' : signingAlgorithms.includes(algorithm ?? '')
      if (algorithm !== undefined && !known)
        throw invalid(`unsupported request_object_signing_alg ${algorithm}; use ${signingAlgorithms.join(', ')}`)
      if (metadata.require_signed_request_object === true) {
        if (algorithm === 'none')
          throw invalid('require_signed_request_object cannot be true with request_object_signing_alg none')
        if (metadata.jwks === undefined && metadata.jwks_uri === undefined) {
          throw invalid('require_signed_request_object needs jwks or jwks_uri')
        }
      }
      for (const uri of metadata.request_uris ?? []) {
        const problem = outboundUrlProblem(uri, config.outbound.allowPrivate)
        if (problem !== undefined) throw invalid(`request_uris '${uri}' ${problem}`)
      }
    },
  }
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_client_metadata', description)
}
