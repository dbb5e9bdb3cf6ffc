import { refuseUnknownOptions } from './options.ts'
import { copyMembers, type OptionalMembers, optionalMembers } from './protected-resource-members.ts'
import { parseIssuer, parseSecureUrl } from './url.ts'

/** The authorization server: the result of `createProvider`, or an object with its issuer and metadata. */
export interface MetadataProvider {
  readonly issuer: string
  /** Its `scopes_supported` are the scopes that the resource may name. */
  readonly metadata?: Readonly<Record<string, unknown>>
}

export interface ProtectedResourceMetadataOptions extends OptionalMembers {
  /** The issuer of the authorization server that clients should use; the first one of the list. */
  readonly authorizationServer?: string
  /** Further issuers. Without any issuer, it is the one of `provider`. */
  readonly authorizationServers?: readonly string[]
  readonly provider?: MetadataProvider
  /** The scopes of this resource. */
  readonly scopesSupported?: readonly string[]
  /** The scopes in `scopesSupported` that another authorization server than `provider` supports. */
  readonly externalScopes?: readonly string[]
  readonly silenceWarnings?: boolean
  /** Called with a warning about a probable mistake. Default: `console.warn`. */
  readonly onWarning?: (message: string) => void
}

/** The metadata document ({@link https://www.rfc-editor.org/rfc/rfc9728#section-2 RFC 9728 section 2}), ready for JSON. */
export interface ProtectedResourceMetadata {
  readonly resource: string
  readonly authorization_servers: readonly string[]
  readonly scopes_supported?: readonly string[]
  readonly [member: string]: unknown
}

/** Scopes that a client requests to get claims about the user, not to use a resource. */
const userScopes: readonly string[] = ['profile', 'email', 'phone', 'address']

/**
 * Builds the protected resource metadata, from which a client learns which authorization server issues tokens for the
 * resource. It omits members without a value.
 * @throws {TypeError} when the resource or an authorization server is not an https URL (or http on a loopback host), when
 *   there is no authorization server, or when none of them supports a scope
 */
export function buildProtectedResourceMetadata(
  resource: string,
  options: ProtectedResourceMetadataOptions,
): ProtectedResourceMetadata {
  refuseUnknownOptions('buildProtectedResourceMetadata', options, [
    ...['authorizationServer', 'authorizationServers', 'provider', 'scopesSupported', 'externalScopes'],
    ...['silenceWarnings', 'onWarning', ...Object.keys(optionalMembers)],
  ])
  parseSecureUrl(resource, 'resource')
  const servers = authorizationServers(options)
  const scopes = [...new Set(options.scopesSupported)]
  checkScopes(scopes, options, servers)
  return {
    resource,
    authorization_servers: servers,
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    ...copyMembers(options),
  }
}

function authorizationServers(options: ProtectedResourceMetadataOptions): readonly string[] {
  const { authorizationServer, authorizationServers = [], provider } = options
  const given = [...(authorizationServer === undefined ? [] : [authorizationServer]), ...authorizationServers]
  const servers = new Set(given.length === 0 && provider !== undefined ? [provider.issuer] : given)
  if (servers.size === 0)
    throw new TypeError('at least one authorization server is required: pass authorizationServer or provider')
  for (const server of servers) parseIssuer(server, 'authorizationServers')
  return [...servers]
}

function checkScopes(
  scopes: readonly string[],
  options: ProtectedResourceMetadataOptions,
  servers: readonly string[],
): void {
  const { externalScopes = [], provider } = options
  if (externalScopes.length > 0 && servers.length <= 1) {
    throw new TypeError('external scopes should not be provided with one authorization server')
  }
  const own = provider?.metadata?.scopes_supported
  const supported =
    Array.isArray(own) || externalScopes.length > 0 ? new Set([own ?? [], externalScopes].flat()) : undefined
  for (const scope of scopes) {
    if (scope === 'openid') throw new TypeError('Only the authorization server should utilize the openid scope')
    if (supported?.has(scope) === false) {
      throw new TypeError(`Unsupported scope "${scope}". If external, add it to externalScopes.`)
    }
    if (userScopes.includes(scope)) warn(scope, options)
  }
}

function warn(scope: string, { silenceWarnings = false, onWarning }: ProtectedResourceMetadataOptions): void {
  if (silenceWarnings) return
  const message = `"${scope}" is a scope for claims about the user: remove it from scopesSupported unless this resource uses it`
  // biome-ignore lint/suspicious/noConsole: once, at start-up, if the host has not passed onWarning
  if (onWarning === undefined) console.warn(`@oauth/resource-server: ${message}`)
  else onWarning(message)
}
