import type { Config } from '../contracts/config.ts'
import type { Registry } from '../contracts/registry.ts'
import { sectorsOf } from '../policy/sector.ts'
import type { ClientMetadata } from '../protocol/client-metadata.ts'
import { OAuthError } from '../protocol/errors.ts'
import { isLoopbackRedirectUri, redirectUriProblem } from '../protocol/redirect-uri.ts'
import { firstScopeOutside, formatScope, parseScope } from '../protocol/scope.ts'
import type { ParsedClientInput } from './metadata-schema.ts'

/** What metadata is checked against. */
export interface MetadataRules {
  readonly config: Config
  readonly registry: Registry
}

type Given = Omit<
  ParsedClientInput,
  'client_id' | 'client_secret' | 'client_secret_expires_at' | 'user_id' | 'reference_id' | 'disabled'
>

/**
 * The effective metadata of a client: what was given, completed by defaults and checked as a whole
 * ({@link https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 section 2}).
 * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri`
 */
export function completeMetadata(rules: MetadataRules, given: Given): ClientMetadata {
  const grantTypes = given.grant_types ?? ['authorization_code']
  const redirectUris = given.redirect_uris ?? []
  const metadata: ClientMetadata = {
    ...given,
    redirect_uris: redirectUris,
    token_endpoint_auth_method: given.token_endpoint_auth_method ?? 'client_secret_basic',
    grant_types: grantTypes,
    response_types: given.response_types ?? (grantTypes.includes('authorization_code') ? ['code'] : []),
    scope: given.scope ?? formatScope(defaultScope(rules.config)),
    application_type: given.application_type ?? inferApplicationType(redirectUris),
    require_pkce: given.require_pkce ?? true,
  } as ClientMetadata
  checkGrantTypes(rules, metadata)
  checkAuthentication(rules, metadata)
  checkScope(rules, metadata)
  checkRedirectUris(metadata)
  checkSigning(rules, metadata)
  checkSubjectType(rules, metadata)
  return metadata
}

/** A client that registers no scope may ask for what the host made the default, or for what every provider has. */
function defaultScope(config: Config): readonly string[] {
  if (config.defaultScopes.length > 0) return config.defaultScopes
  return ['openid', 'profile', 'email', 'address', 'phone', 'offline_access']
}

/** Clients forget to say it, and a native one read as web would lose its loopback redirect. */
function inferApplicationType(redirectUris: readonly string[]): 'web' | 'native' {
  const native =
    redirectUris.length > 0 && redirectUris.every((uri) => isLoopbackRedirectUri(uri) || !/^https?:/i.test(uri))
  return native ? 'native' : 'web'
}

function checkGrantTypes({ registry }: MetadataRules, metadata: ClientMetadata): void {
  const { grant_types, response_types } = metadata
  const unknown = grant_types.find((name) => !registry.grantTypes.has(name))
  if (unknown !== undefined) throw invalid(`unsupported grant_type ${unknown}`)
  const responseType = response_types.find((name) => name !== 'code')
  if (responseType !== undefined) throw invalid(`unsupported response_type ${responseType}`)
  if (!grant_types.includes('authorization_code')) return
  if (metadata.redirect_uris.length === 0) {
    throw new OAuthError('invalid_redirect_uri', 'Redirect URIs are required for authorization_code clients')
  }
  if (!response_types.includes('code')) {
    throw invalid('When authorization_code is used, response_types must include code')
  }
}

function checkAuthentication({ registry }: MetadataRules, metadata: ClientMetadata): void {
  const method = metadata.token_endpoint_auth_method
  if (!registry.clientAuthMethods.has(method)) throw invalid(`unsupported token_endpoint_auth_method ${method}`)
  if (method !== 'none') return
  const confidential = metadata.grant_types.find((name) => registry.grantTypes.get(name)?.publicClients === false)
  if (confidential !== undefined) throw invalid(`public clients cannot use the grant type ${confidential}`)
  if (!metadata.require_pkce) throw invalid('pkce is required for public clients')
}

function checkScope({ config }: MetadataRules, metadata: ClientMetadata): void {
  const outside = firstScopeOutside(parseScope(metadata.scope) ?? [], config.scopes)
  if (outside !== undefined) throw invalid(`cannot request scope ${outside}`)
}

function checkRedirectUris(metadata: ClientMetadata): void {
  const native = metadata.application_type === 'native'
  for (const uri of metadata.redirect_uris) {
    const problem = redirectUriProblem(uri, native)
    if (problem !== undefined) throw new OAuthError('invalid_redirect_uri', `Redirect URI '${uri}' ${problem}`)
  }
  for (const uri of metadata.post_logout_redirect_uris ?? []) {
    const problem = redirectUriProblem(uri, native)
    if (problem !== undefined) throw invalid(`post_logout_redirect_uris '${uri}' ${problem}`)
  }
}

function checkSigning({ config }: MetadataRules, metadata: ClientMetadata): void {
  const algorithm = metadata.id_token_signed_response_alg
  if (algorithm === undefined || config.signingAlgorithms.includes(algorithm)) return
  throw invalid(`unsupported id_token_signed_response_alg ${algorithm}`)
}

/** {@link https://openid.net/specs/openid-connect-core-1_0.html#PairwiseAlg OpenID Connect Core section 8.1} */
function checkSubjectType({ config }: MetadataRules, metadata: ClientMetadata): void {
  if (metadata.subject_type !== 'pairwise') return
  if (config.pairwiseSecret === undefined) throw invalid('pairwise subject_type requires the option pairwiseSecret')
  const sectors = sectorsOf(metadata)
  if (sectors.length > 1) throw invalid('pairwise clients need redirect_uris on one host')
  // Without a host (a private-use scheme, no redirect URI) there is no sector to be apart from others.
  if (!sectors[0]) throw invalid('pairwise clients need a redirect URI with a host')
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_client_metadata', description)
}
