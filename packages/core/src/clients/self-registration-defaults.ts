import type { RegistrationPolicy } from '../contracts/config.ts'
import type { ClientMetadata } from '../protocol/client-metadata.ts'

type Rights = Partial<Pick<ClientMetadata, 'enable_end_session' | 'require_pkce'>>

/**
 * Returns the rights that the options give a client that registers itself. They are stored with the client, so that the
 * answer shows them and the server side can remove them.
 * @param given the metadata of the client, with its authentication method
 */
export function rightsOfNewClient(
  policy: RegistrationPolicy,
  given: Pick<ClientMetadata, 'token_endpoint_auth_method'> & EndingMetadata,
  requirePkce: unknown,
): Rights {
  const withoutPkce = policy.withoutPkce && given.token_endpoint_auth_method !== 'none' && requirePkce !== true
  return { ...rightToEndSessions(policy, given), ...(withoutPkce && { require_pkce: false }) }
}

type EndingMetadata = { readonly post_logout_redirect_uris?: readonly string[] | undefined }

/**
 * Returns the right to end sessions for a client that registers `post_logout_redirect_uris`, if the option
 * `clientRegistrationEnablesEndSession` gives it.
 */
export function rightToEndSessions(policy: RegistrationPolicy, given: EndingMetadata): Rights {
  const asked = given.post_logout_redirect_uris !== undefined && given.post_logout_redirect_uris.length > 0
  return policy.enablesEndSession && asked ? { enable_end_session: true } : {}
}
