import type { Context } from '../contracts/context.ts'
import { signsWithClientSecrets } from '../policy/client-support.ts'
import { featureOfAuthMethod } from '../policy/feature-names.ts'
import { sectorHosts } from '../policy/sector.ts'
import type { ClientMetadata } from '../protocol/client-metadata.ts'
import { OAuthError } from '../protocol/errors.ts'
import { isLoopbackRedirectUri, redirectUriProblem } from '../protocol/redirect-uri.ts'
import { formatScope, parseScope } from '../protocol/scope.ts'
import { signingAlgorithms } from '../protocol/signing-algorithm.ts'
import { isMachineOnly, withoutUserScopes } from './machine.ts'
import type { MetadataInput } from './metadata-schema.ts'
import { checkResources } from './resources.ts'
import { type ClientAuthor, type ClientRights, checkRights } from './rights.ts'
import { checkSectorIdentifier } from './sector-identifier.ts'

/** The configuration that metadata is checked against. */
type MetadataRules = Pick<Context, 'config' | 'registry'>

/**
 * Completes the given metadata with defaults and checks it as a whole ({@link
 * https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 section 2}).
 * @param rights what the author may set, and the metadata before the change
 * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri`
 */
export async function completeMetadata(
  ctx: Context,
  { sector_identifier_uri, remember_loopback_consent, ...given }: MetadataInput,
  rights: ClientRights,
): Promise<ClientMetadata> {
  const grantTypes = given.grant_types ?? ['authorization_code']
  const redirectUris = given.redirect_uris ?? []
  const method = given.token_endpoint_auth_method ?? 'client_secret_basic'
  const applicationType = given.application_type ?? inferApplicationType(redirectUris, method === 'none')
  // Whoever changes a client from outside does not know the member: it goes when the client becomes native.
  const remembers = applicationType === 'web' || rights.author === 'host' ? remember_loopback_consent : undefined
  const metadata: ClientMetadata = {
    ...given,
    redirect_uris: redirectUris,
    token_endpoint_auth_method: method,
    grant_types: grantTypes,
    response_types: given.response_types ?? (grantTypes.includes('authorization_code') ? ['code'] : []),
    scope: effectiveScope(given, rights, isMachineOnly(ctx.registry, { grant_types: grantTypes })),
    application_type: applicationType,
    require_pkce: given.require_pkce ?? true,
    ...(remembers !== undefined && { remember_loopback_consent: remembers }),
    // Without the option pairwiseSecret no subject depends on it, so it is dropped and not fetched.
    ...(sector_identifier_uri !== undefined && ctx.config.pairwiseSecret !== undefined && { sector_identifier_uri }),
  } as ClientMetadata
  if (remembers === true && applicationType === 'native') {
    throw invalid('remember_loopback_consent needs application_type web')
  }
  checkGrantTypes(ctx, metadata, rights)
  checkRights(ctx.registry, rights, metadata)
  checkAuthentication(ctx, metadata, rights)
  checkRedirectUris(metadata, rights)
  checkSigning(ctx, metadata, rights)
  checkSubjectType(ctx, metadata, rights)
  checkResources(ctx, metadata, rights)
  for (const part of ctx.registry.clientMetadata) await part.check?.(ctx, metadata)
  // Last, because it sends a request.
  await checkSectorIdentifier(ctx, metadata, rights.before)
  return metadata
}

/**
 * Returns the scope of a client: the requested scopes or else the defaults, and those that the option
 * `clientRegistrationAddedScopes` adds. A client without a user gets no unrequested scope about users ({@link
 * https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1 RFC 7591 section 3.2.1}: the server may replace requested
 * values).
 */
function effectiveScope(given: MetadataInput, rights: ClientRights, machineOnly: boolean): string {
  const { scopes, machines } = rights
  const { added = [] } = scopes
  const defaults = refreshesNever(given, rights)
    ? scopes.defaults.filter((scope) => scope !== 'offline_access')
    : scopes.defaults
  const asked = saysNoScope(given.scope, rights) ? undefined : given.scope
  if (asked !== undefined && added.length === 0) return asked
  const unasked = [...(asked === undefined ? defaults : []), ...added]
  const listed = asked === undefined ? [] : (parseScope(asked) ?? [])
  if (!machineOnly) return formatScope([...new Set([...listed, ...unasked])])
  const possible = withoutUserScopes(unasked).filter(
    (scope) => typeof machines !== 'object' || machines.scopes.includes(scope),
  )
  return formatScope([...new Set([...listed, ...possible])])
}

/**
 * Tells whether the server side has chosen grant types without `refresh_token`. Users would be asked for `offline_access`, and the
 * client would get nothing for it. Others keep the scope: software that registers itself may name one grant type and ask for the scope.
 */
function refreshesNever({ grant_types }: MetadataInput, { author }: ClientRights): boolean {
  return author === 'host' && grant_types !== undefined && !grant_types.includes('refresh_token')
}

/** Tells whether a registration names no scope. Some agents register an empty scope because they know none. */
function saysNoScope(given: string | undefined, { author, before }: ClientRights): boolean {
  return given === undefined || (given.trim() === '' && author !== 'host' && before === undefined)
}

/**
 * Infers `application_type`, which clients often leave out; a native client that is read as web would lose its loopback
 * redirect. One private-use scheme makes a client native, because no web application has one, and one loopback URI makes
 * a public client native: agents register https URIs beside them. A confidential client with https and loopback URIs is
 * a web application under development, unless it says otherwise.
 */
function inferApplicationType(redirectUris: readonly string[], isPublic: boolean): 'web' | 'native' {
  if (redirectUris.some((uri) => !/^https?:/i.test(uri))) return 'native'
  const loopback = redirectUris.filter(isLoopbackRedirectUri).length
  return loopback > 0 && (isPublic || loopback === redirectUris.length) ? 'native' : 'web'
}

function checkGrantTypes({ registry }: MetadataRules, metadata: ClientMetadata, { author }: ClientRights): void {
  const { grant_types, response_types } = metadata
  const unknown = grant_types.find((name) => !registry.grantTypes.has(name))
  if (unknown !== undefined) {
    const remedy = coreGrantTypes.has(unknown) ? 'an entry in the option grantTypes' : undefined
    throw unsupported(author, 'grant_type', unknown, registry.grantTypes.keys(), remedy)
  }
  const responseType = response_types.find((name) => name !== 'code')
  if (responseType !== undefined) throw invalid(`unsupported response_type ${responseType}: this server supports code`)
  if (!grant_types.includes('authorization_code')) return
  if (metadata.redirect_uris.length === 0) {
    throw new OAuthError('invalid_redirect_uri', 'Redirect URIs are required for authorization_code clients')
  }
  if (!response_types.includes('code')) {
    throw invalid('When authorization_code is used, response_types must include code')
  }
}

function checkAuthentication({ registry }: MetadataRules, metadata: ClientMetadata, { author }: ClientRights): void {
  const method = metadata.token_endpoint_auth_method
  const methods = registry.clientAuthMethods
  if (!methods.has(method)) {
    throw unsupported(author, 'token_endpoint_auth_method', method, methods.keys(), featureOfAuthMethod(method))
  }
  if (method !== 'none') return
  const confidential = metadata.grant_types.find((name) => registry.grantTypes.get(name)?.publicClients === false)
  if (confidential !== undefined) throw invalid(`public clients cannot use the grant type ${confidential}`)
  if (!metadata.require_pkce) throw invalid('pkce is required for public clients')
}

/**
 * Checks the redirect URIs. A URI that the client already has was registered by the server side or under an earlier
 * rule, so it may keep any scheme: a change of the name must not fail because of it.
 */
function checkRedirectUris(metadata: ClientMetadata, { before, schemes }: ClientRights): void {
  const native = metadata.application_type === 'native'
  const allowed = (uri: string, known: readonly string[] = []) => (known.includes(uri) ? 'any' : schemes)
  for (const uri of metadata.redirect_uris) {
    const problem = redirectUriProblem(uri, native, allowed(uri, before?.redirect_uris))
    if (problem !== undefined) throw new OAuthError('invalid_redirect_uri', `Redirect URI '${uri}' ${problem}`)
  }
  for (const uri of metadata.post_logout_redirect_uris ?? []) {
    const problem = redirectUriProblem(uri, native, allowed(uri, before?.post_logout_redirect_uris))
    if (problem !== undefined) throw invalid(`post_logout_redirect_uris '${uri}' ${problem}`)
  }
}

function checkSigning(ctx: MetadataRules, metadata: ClientMetadata, { author }: ClientRights): void {
  const { config } = ctx
  const keyless = signsWithClientSecrets(ctx)
  const remedy = keyless ? 'the option disableJwtPlugin to be false' : 'an entry in the option idTokenSigningAlgorithms'
  const algorithm = metadata.id_token_signed_response_alg
  if (algorithm !== undefined && !config.idTokenAlgorithms.includes(algorithm)) {
    throw unsupported(
      author,
      'id_token_signed_response_alg',
      algorithm,
      config.idTokenAlgorithms,
      knownOnly(algorithm, remedy),
    )
  }
  const userinfo = metadata.userinfo_signed_response_alg
  // A key of the server signs userinfo. Under disableJwtPlugin there is none.
  if (userinfo !== undefined && (keyless || !config.signingAlgorithms.includes(userinfo))) {
    const offered = keyless ? [] : config.signingAlgorithms
    throw unsupported(author, 'userinfo_signed_response_alg', userinfo, offered, knownOnly(userinfo, remedy))
  }
}

/**
 * Checks that a pairwise client has exactly one sector ({@link
 * https://openid.net/specs/openid-connect-core-1_0.html#PairwiseAlg OpenID Connect Core section 8.1}).
 */
function checkSubjectType({ config }: MetadataRules, metadata: ClientMetadata, { registeredBy }: ClientRights): void {
  if (metadata.subject_type !== 'pairwise') return
  if (config.pairwiseSecret === undefined) throw invalid('pairwise subject_type requires the option pairwiseSecret')
  // A client that is a document is a sector of its own.
  if (registeredBy === 'document') return
  // Only the form is checked here, to read the host. Whether the server may fetch the URL is checked before it does.
  const { sector_identifier_uri: uri } = metadata
  if (uri !== undefined && !URL.canParse(uri)) throw invalid('sector_identifier_uri is not an absolute URL')
  // A loopback address beside the host of another client would get the subjects of that host.
  if (sectorHosts(metadata).length > 1) {
    throw invalid('pairwise clients need redirect_uris on one host, or a sector_identifier_uri')
  }
}

/**
 * Refuses a change of the sector of a client. A client that moved to the host of another client would learn the `sub`
 * of its users there. Only the server side may do that.
 * @throws {OAuthError} `invalid_client_metadata`
 */
export function checkSubjectKept(before: ClientMetadata, after: ClientMetadata): void {
  if ((after.subject_type ?? 'public') !== (before.subject_type ?? 'public')) {
    throw invalid('subject_type cannot be changed')
  }
  if (after.subject_type === 'pairwise' && sectorHosts(after)[0] !== sectorHosts(before)[0]) {
    throw invalid('pairwise clients keep the host of their redirect_uris or sector_identifier_uri')
  }
}

const coreGrantTypes: ReadonlySet<string> = new Set(['authorization_code', 'client_credentials', 'refresh_token'])

/** The remedy for an algorithm that this package knows; nothing helps with another one. */
function knownOnly(algorithm: string, remedy: string): string | undefined {
  return (signingAlgorithms as readonly string[]).includes(algorithm) ? remedy : undefined
}

/**
 * The error for a value that this server does not support. The server side is told what to change; an author from
 * outside is told what the server supports, and the remedy goes to the event.
 * @param remedy completes "needs"; `undefined` where no option and no feature helps
 */
function unsupported(
  author: ClientAuthor,
  member: string,
  value: string,
  offered: Iterable<string>,
  remedy: string | undefined,
): OAuthError {
  const needs = remedy === undefined ? undefined : `${member} ${value} needs ${remedy}`
  if (needs !== undefined && author === 'host') return invalid(needs)
  const names = [...offered].join(', ')
  const description = `unsupported ${member} ${value}${names === '' ? '' : `: this server supports ${names}`}`
  return invalid(description, needs)
}

function invalid(description: string, cause?: string): OAuthError {
  return new OAuthError('invalid_client_metadata', description, {
    ...(cause !== undefined && { cause: new Error(cause) }),
  })
}
