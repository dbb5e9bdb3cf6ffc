import { parseSecureUrl } from './url.ts'

/** Optional members of the metadata, which are copied without a change ({@link https://www.rfc-editor.org/rfc/rfc9728#section-2 RFC 9728 section 2}). */
export interface OptionalMembers {
  /** URL of the keys with which the resource signs its own responses. Not that of the authorization server. */
  readonly jwksUri?: string
  /** How clients may present tokens. `protect` accepts only the header. */
  readonly bearerMethodsSupported?: readonly ('header' | 'body')[]
  readonly resourceSigningAlgValuesSupported?: readonly string[]
  /** A name for display to users. */
  readonly resourceName?: string
  readonly resourceDocumentation?: string
  readonly resourcePolicyUri?: string
  readonly resourceTosUri?: string
  readonly tlsClientCertificateBoundAccessTokens?: boolean
  readonly authorizationDetailsTypesSupported?: readonly string[]
  readonly dpopSigningAlgValuesSupported?: readonly string[]
  readonly dpopBoundAccessTokensRequired?: boolean
}

/** The options, each with its member name in the document. */
export const optionalMembers: Readonly<Record<keyof OptionalMembers, string>> = {
  jwksUri: 'jwks_uri',
  bearerMethodsSupported: 'bearer_methods_supported',
  resourceSigningAlgValuesSupported: 'resource_signing_alg_values_supported',
  resourceName: 'resource_name',
  resourceDocumentation: 'resource_documentation',
  resourcePolicyUri: 'resource_policy_uri',
  resourceTosUri: 'resource_tos_uri',
  tlsClientCertificateBoundAccessTokens: 'tls_client_certificate_bound_access_tokens',
  authorizationDetailsTypesSupported: 'authorization_details_types_supported',
  dpopSigningAlgValuesSupported: 'dpop_signing_alg_values_supported',
  dpopBoundAccessTokensRequired: 'dpop_bound_access_tokens_required',
}

/**
 * Copies the members that have a value. It omits empty lists: "parameters with zero values MUST be omitted".
 * @throws {TypeError} when a URL is not secure, or `none` is among the algorithms
 */
export function copyMembers(options: OptionalMembers): Readonly<Record<string, unknown>> {
  if (options.jwksUri !== undefined) parseSecureUrl(options.jwksUri, 'jwksUri')
  for (const name of ['resourceSigningAlgValuesSupported', 'dpopSigningAlgValuesSupported'] as const) {
    if (options[name]?.includes('none') === true) throw new TypeError(`${name}: must not contain the algorithm none`)
  }
  const members: Record<string, unknown> = {}
  for (const [option, member] of Object.entries(optionalMembers)) {
    const value = options[option as keyof OptionalMembers]
    if (Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null) {
      members[member] = Array.isArray(value) ? [...value] : value
    }
  }
  return members
}
