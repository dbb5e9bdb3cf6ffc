import { standardClaims } from '../claims/standard-claim.ts'
import type { Config } from '../contracts/config.ts'
import type { Registry } from '../contracts/registry.ts'
import { prompts } from '../protocol/prompt.ts'

/** The claims that a client may find in an ID token or at userinfo. */
const claims = [
  ...['sub', 'iss', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'acr', 'amr', 'sid', 'at_hash'],
  ...standardClaims,
]

/** Members that a server without the feature for them has to say. One feature may say them otherwise. */
const defaultMembers = { request_parameter_supported: false, request_uri_parameter_supported: false }

/** The names of the members that may be said otherwise. */
export const replaceableMembers: ReadonlySet<string> = new Set(Object.keys(defaultMembers))

/** The members that the core says by itself, whatever their value. */
export const coreMembers: ReadonlySet<string> = new Set([
  ...['issuer', 'scopes_supported', 'response_types_supported', 'response_modes_supported', 'grant_types_supported'],
  ...['token_endpoint_auth_methods_supported', 'revocation_endpoint_auth_methods_supported'],
  ...['introspection_endpoint_auth_methods_supported', 'code_challenge_methods_supported', 'acr_values_supported'],
  ...['authorization_response_iss_parameter_supported', 'subject_types_supported', 'claim_types_supported'],
  ...['id_token_signing_alg_values_supported', 'userinfo_signing_alg_values_supported', 'claims_supported'],
  ...['claims_parameter_supported', 'claims_locales_supported', 'ui_locales_supported', 'display_values_supported'],
  ...['prompt_values_supported', 'refresh_token_expiration_types_supported', ...replaceableMembers],
])

/**
 * Makes the authorization server metadata from the tables of features, so that it says exactly what the server supports
 * ({@link https://www.rfc-editor.org/rfc/rfc8414#section-2 RFC 8414 section 2}).
 */
export function authorizationServerMetadata(config: Config, registry: Registry): Readonly<Record<string, unknown>> {
  // `none` is advertised only when a public client can use some grant type.
  const forPublic = [...registry.grantTypes.values()].some(({ publicClients }) => publicClients)
  const methods = [...registry.clientAuthMethods.keys()].filter((method) => forPublic || method !== 'none')
  const endpoints: Record<string, string> = {}
  for (const { metadata, path } of registry.endpoints) {
    if (metadata !== undefined) endpoints[metadata] = config.issuer + path
  }
  const codeFlow = registry.grantTypes.has('authorization_code')
  return narrowed(registry, {
    issuer: config.issuer,
    ...endpoints,
    scopes_supported: config.advertised.scopes,
    response_types_supported: codeFlow ? ['code'] : [],
    response_modes_supported: [...registry.responseModes.keys()].filter(
      (mode) => !registry.responseModeRules.some((rule) => rule.instead(mode, undefined) !== undefined),
    ),
    grant_types_supported: [...registry.grantTypes.keys()],
    token_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_methods_supported: methods,
    introspection_endpoint_auth_methods_supported: methods.filter((method) => method !== 'none'),
    code_challenge_methods_supported: codeFlow ? ['S256'] : undefined,
    authorization_response_iss_parameter_supported: codeFlow ? true : undefined,
    // RFC 9470 section 7: for clients that a resource server asks for a stronger authentication.
    acr_values_supported: codeFlow ? config.advertised.acrValues : undefined,
    refresh_token_expiration_types_supported:
      config.exposeRefreshTokenExpiration && registry.grantTypes.has('refresh_token')
        ? ['authorization', 'token_timeout']
        : undefined,
    ...ofFeatures(registry),
  })
}

/** The members that features add. Some depend on what other features bring. */
function ofFeatures(registry: Registry): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(registry.serverMetadata).map(([name, value]) => [
      name,
      typeof value === 'function' ? value(registry) : value,
    ]),
  )
}

/**
 * Makes the OpenID Connect discovery document ({@link
 * https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata OpenID Connect Discovery section 3}).
 */
export function openidConfiguration(config: Config, registry: Registry): Readonly<Record<string, unknown>> {
  return narrowed(registry, {
    ...authorizationServerMetadata(config, registry),
    subject_types_supported: config.pairwiseSecret === undefined ? ['public'] : ['public', 'pairwise'],
    id_token_signing_alg_values_supported: config.idTokenAlgorithms,
    userinfo_signing_alg_values_supported: config.jwtDisabled ? undefined : config.signingAlgorithms,
    claim_types_supported: ['normal'],
    claims_supported: config.advertised.claims ?? claims,
    claims_parameter_supported: true,
    claims_locales_supported: config.advertised.claimsLocales,
    ui_locales_supported: config.advertised.uiLocales,
    display_values_supported: config.advertised.displayValues,
    ...defaultMembers,
    prompt_values_supported: prompts.filter(
      (prompt) => prompt !== 'select_account' || config.pages.selectAccount !== undefined,
    ),
    // Once more, because a feature may replace one of the defaults above.
    ...ofFeatures(registry),
  })
}

type Document = Readonly<Record<string, unknown>>

/** Leaves out what no client may use, because of a profile for every client. */
function narrowed(registry: Registry, document: Document): Document {
  return registry.profiles
    .filter(({ forEveryClient }) => forEveryClient)
    .reduce((narrow, profile) => profile.narrowMetadata(narrow, registry), document)
}
