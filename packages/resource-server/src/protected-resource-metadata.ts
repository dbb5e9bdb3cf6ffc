import { refuseUnknownOptions } from './options.ts'
import { copyMembers, type OptionalMembers, optionalMembers } from './protected-resource-members.ts'
import { parseIssuer, parseSecureUrl } from './url.ts'

/** What stands for the authorization server: what `createProvider` returns, or its issuer and metadata alone. */
export interface MetadataProvider {
  readonly issuer: string
  /** Its `scopes_supported` are the scopes that the resource may name. */
  readonly metadata?: Readonly<Record<string, unknown>>
}

export interface ProtectedResourceMetadataOptions extends OptionalMembers {
  /** The issuer of the authorization server that clients should use; the first one of the list. */
  readonly authorizationServer?: string
  /** Issuers of several. Without any, `provider` is the one. */
  readonly authorizationServers?: readonly string[]
  readonly provider?: MetadataProvider
  /** The scopes of this resource. */
  readonly scopesSupported?: readonly string[]
  /** Those among them that an authorization server other than `provider` knows. */
  readonly externalScopes?: readonly string[]
  readonly silenceWarnings?: boolean
  /** Told about what is allowed and probably a mistake. Default: the console. */
  readonly onWarning?: (message: string) => void
}

/** {@link https://www.rfc-editor.org/rfc/rfc9728#section-2 RFC 9728 section 2}, ready for JSON. */
export interface ProtectedResourceMetadata {
  readonly resource: string
  readonly authorization_servers: readonly string[]
  readonly scopes_supported?: readonly string[]
  readonly [member: string]: unknown
}

/** Scopes about a user, which a client asks for to learn about the user and not to use a resource. */
const userScopes: readonly string[] = ['profile', 'email', 'phone', 'address']

/**
 * The document by which a client that was refused finds out where to get a token. Without members that have no value.
 * @throws {TypeError} when the resource or an authorization server is no secure URL, there is no authorization server,
 *   or a scope cannot be had there
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
  if (servers.size === 0) throw new TypeError('at least one authorization server is required')
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
  const message = `"${scope}" is about the user, for the authorization server to answer: is it a scope of this resource?`
  // biome-ignore lint/suspicious/noConsole: once, at start-up, to whoever has not said where warnings should go
  if (onWarning === undefined) console.warn(`@oauth/resource-server: ${message}`)
  else onWarning(message)
}
