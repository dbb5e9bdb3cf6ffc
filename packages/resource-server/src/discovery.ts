import {
  type AuthorizationServer,
  allowInsecureRequests,
  customFetch,
  discoveryRequest,
  OperationProcessingError,
  processDiscoveryResponse,
  RESPONSE_IS_NOT_CONFORM,
} from 'oauth4webapi'
import type { Outbound } from './outbound.ts'
import { isLoopback, parseIssuer, parseSecureUrl } from './url.ts'

/** The well-known path of the metadata: `oauth2` is that of RFC 8414, `oidc` that of OpenID Connect Discovery. */
export type DiscoveryAlgorithm = 'oauth2' | 'oidc'

/**
 * Fetches the metadata of the authorization server ({@link https://www.rfc-editor.org/rfc/rfc8414#section-3 RFC 8414 section 3},
 * {@link https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig OpenID Connect Discovery section 4}).
 * Without `algorithm` it tries the path of RFC 8414, and then that of OpenID Connect Discovery.
 * @throws when there are no metadata, or they are those of another issuer
 */
export async function discover(
  issuer: string,
  fetch: Outbound,
  algorithm: DiscoveryAlgorithm | undefined,
): Promise<AuthorizationServer> {
  if (algorithm !== undefined) return request(issuer, fetch, algorithm)
  try {
    return await request(issuer, fetch, 'oauth2')
  } catch (error) {
    if (!(error instanceof OperationProcessingError) || error.code !== RESPONSE_IS_NOT_CONFORM) throw error
    return request(issuer, fetch, 'oidc')
  }
}

async function request(issuer: string, fetch: Outbound, algorithm: DiscoveryAlgorithm): Promise<AuthorizationServer> {
  const url = parseIssuer(issuer, 'issuer')
  const options = { algorithm, [customFetch]: fetch, [allowInsecureRequests]: isLoopback(url) }
  const metadata = await processDiscoveryResponse(url, await discoveryRequest(url, options))
  // The library compares parsed URLs. RFC 8414 section 3.3 demands identical strings, and so does the claim `iss`.
  if (metadata.issuer !== issuer) throw new Error(`the metadata name the issuer ${metadata.issuer}, not ${issuer}`)
  return metadata
}

/**
 * Returns an endpoint from the metadata. Only a server on this machine may have endpoints without TLS.
 * @throws {TypeError} when the metadata do not have the endpoint, or its URL is not secure
 */
export function endpointOf(metadata: AuthorizationServer, name: 'jwks_uri' | 'introspection_endpoint'): URL {
  const text = metadata[name]
  if (text === undefined) throw new TypeError(`the authorization server has no ${name}`)
  const url = parseSecureUrl(text, name)
  if (isLoopback(url) && !isLoopback(new URL(metadata.issuer))) throw new TypeError(`${name}: ${text} must use https`)
  return url
}
