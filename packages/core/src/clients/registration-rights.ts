import type { RegistrationPolicy } from '../contracts/config.ts'
import type { ClientMetadata } from '../protocol/client-metadata.ts'

type Rights = Partial<Pick<ClientMetadata, 'enable_end_session' | 'require_pkce'>>

/**
 * What the options give to a client that registers itself, beside what it may say of itself. It is stored with the
 * client, so that the answer tells it and the server side can take it away again.
 * @param given the client's metadata, method included
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

/** A client that says where to go after a logout wants to log out. */
export function rightToEndSessions(policy: RegistrationPolicy, given: EndingMetadata): Rights {
  const asked = given.post_logout_redirect_uris !== undefined && given.post_logout_redirect_uris.length > 0
  return policy.enablesEndSession && asked ? { enable_end_session: true } : {}
}
