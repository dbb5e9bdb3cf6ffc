import * as v from 'valibot'
import type { ClientMetadataPart } from '../../contracts/client-metadata-part.ts'
import { outboundUrlProblem } from '../../http/outbound.ts'
import { OAuthError } from '../../protocol/errors.ts'

/**
 * The client metadata of {@link https://openid.net/specs/openid-connect-backchannel-1_0.html#BCRegistration
 * Back-Channel Logout section 2.2}.
 */
export const backChannelLogoutMetadata: ClientMetadataPart = {
  members: {
    backchannel_logout_uri: v.pipe(v.string(), v.maxLength(2048)),
    backchannel_logout_session_required: v.boolean(),
  },
  check({ config }, metadata) {
    const { backchannel_logout_uri: uri, backchannel_logout_session_required: required } = metadata
    if (uri === undefined) {
      if (required !== true) return
      throw invalid('backchannel_logout_session_required needs backchannel_logout_uri')
    }
    const problem = uri.includes('#')
      ? 'must not have a fragment'
      : outboundUrlProblem(uri, config.outbound.allowPrivate)
    if (problem !== undefined) throw invalid(`backchannel_logout_uri '${uri}' ${problem}`)
  },
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_client_metadata', description)
}
