import * as v from 'valibot'
import type { ClientMetadataPart } from '../../contracts/client-metadata-part.ts'
import type { ClientMetadata } from '../../protocol/client-metadata.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { redirectUriProblem } from '../../protocol/redirect-uri.ts'

/**
 * The client metadata of {@link https://openid.net/specs/openid-connect-frontchannel-1_0.html#RPLogout Front-Channel
 * Logout section 2}.
 */
export const frontChannelLogoutMetadata: ClientMetadataPart = {
  members: {
    frontchannel_logout_uri: v.pipe(v.string(), v.maxLength(2048)),
    frontchannel_logout_session_required: v.boolean(),
  },
  check(_ctx, metadata) {
    const { frontchannel_logout_uri: uri, frontchannel_logout_session_required: required } = metadata
    if (uri === undefined) {
      if (required !== true) return
      throw invalid('frontchannel_logout_session_required needs frontchannel_logout_uri')
    }
    const problem = frontChannelUriProblem(uri, metadata)
    if (problem !== undefined) throw invalid(`frontchannel_logout_uri '${uri}' ${problem}`)
  },
}

/**
 * Returns why the browser may not load this URI, or `undefined` when it may: it must have the origin of a redirect URI,
 * to which codes go as well.
 */
export function frontChannelUriProblem(
  uri: string,
  { redirect_uris }: Pick<ClientMetadata, 'redirect_uris'>,
): string | undefined {
  const problem = redirectUriProblem(uri, false)
  if (problem !== undefined) return problem
  const { origin } = new URL(uri)
  const known = redirect_uris.some((one) => URL.canParse(one) && new URL(one).origin === origin)
  return known ? undefined : 'must have scheme, host and port of a redirect URI'
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_client_metadata', description)
}
