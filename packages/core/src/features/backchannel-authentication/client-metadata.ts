import * as v from 'valibot'
import type { ClientMetadataPart } from '../../contracts/client-metadata-part.ts'
import { outboundUrlProblem } from '../../http/outbound.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { allowsMode } from './demands.ts'
import { cibaGrantType } from './grant-type-name.ts'
import type { CibaRules } from './options.ts'

/**
 * The client metadata of {@link
 * https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#registration CIBA Core section 4}.
 */
export function cibaMetadata({ deliveryModes, signingAlgorithms, verifyUserCode }: CibaRules): ClientMetadataPart {
  return {
    members: {
      backchannel_token_delivery_mode: v.picklist(['poll', 'ping', 'push']),
      backchannel_client_notification_endpoint: v.pipe(v.string(), v.maxLength(2048)),
      backchannel_authentication_request_signing_alg: v.pipe(v.string(), v.maxLength(32)),
      backchannel_user_code_parameter: v.boolean(),
    },
    needsKeys: (metadata) => metadata.backchannel_authentication_request_signing_alg !== undefined,
    check(ctx, metadata) {
      const {
        backchannel_token_delivery_mode: mode,
        backchannel_client_notification_endpoint: endpoint,
        backchannel_authentication_request_signing_alg: algorithm,
        backchannel_user_code_parameter: userCode,
      } = metadata
      if (endpoint !== undefined) {
        const problem = outboundUrlProblem(endpoint, ctx.config.outbound.allowPrivate)
        if (problem !== undefined) {
          throw invalid(`backchannel_client_notification_endpoint '${endpoint}' ${problem}`)
        }
      }
      if (algorithm !== undefined && !signingAlgorithms.includes(algorithm)) {
        const use = signingAlgorithms.join(', ')
        throw invalid(`unsupported backchannel_authentication_request_signing_alg ${algorithm}; use ${use}`)
      }
      if (userCode === true && verifyUserCode === undefined) {
        throw invalid('this server has no user codes: leave out backchannel_user_code_parameter')
      }
      if (mode !== undefined && !deliveryModes.includes(mode)) {
        throw invalid(`unsupported backchannel_token_delivery_mode ${mode}; use ${deliveryModes.join(' or ')}`)
      }
      if (mode !== undefined && !allowsMode(ctx, { metadata })) {
        throw invalid(`the security profile of this client does not allow backchannel_token_delivery_mode ${mode}`)
      }
      if (!metadata.grant_types.includes(cibaGrantType)) return
      if (mode === undefined) throw invalid(`the grant type ${cibaGrantType} needs backchannel_token_delivery_mode`)
      if (mode !== 'poll' && endpoint === undefined) {
        throw invalid(`backchannel_token_delivery_mode ${mode} needs backchannel_client_notification_endpoint`)
      }
    },
  }
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_client_metadata', description)
}
