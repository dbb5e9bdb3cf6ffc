import * as v from 'valibot'
import type { ProviderOptions } from '../config/options.ts'
import { type FromPreset, presetFeature } from '../config/preset-feature.ts'
import type { Feature } from '../contracts/feature.ts'
import { parseFeatureOptions } from '../contracts/feature-options.ts'
import {
  type ClientIdMetadataDocuments,
  type ClientIdMetadataDocumentsOptions,
  clientIdMetadataDocuments,
} from '../features/client-id-metadata-documents/client-id-metadata-documents.ts'
import { privateKeyJwt } from '../features/private-key-jwt/private-key-jwt.ts'
import { isSameResource } from '../protocol/resource.ts'
import { parseScope, standardScopes } from '../protocol/scope.ts'
import { isLoopbackHost, webHost } from '../protocol/web-host.ts'
import { type Mcp, mcpFeature, type ProtectedMcpServer } from './mcp-feature.ts'

export type { Mcp, ProtectedMcpServer }

/** A protected MCP server, as the authorization server knows it. */
export interface McpResource {
  /** The scopes of its tools, for instance `notes:read`. Standard scopes such as `openid` do not belong here. */
  readonly scopes: readonly string[]
}

/** The options of the preset `mcp`. */
export interface McpOptions {
  /**
   * The MCP servers that tokens may be for, by the URL that clients connect to, and their scopes. A token is for the
   * server that the client names in `resource`; with a single server here, it may name none.
   */
  readonly resources: Readonly<Record<string, McpResource>>
  /**
   * Who may be a client by the document at its id, and how documents are fetched: the options of
   * `clientIdMetadataDocuments`. Default: every client.
   */
  readonly clientDocuments?: ClientIdMetadataDocumentsOptions | undefined
  /**
   * Whether clients may register themselves without signing in (RFC 7591). Agents that know no client documents need it.
   * Default `true`.
   */
  readonly openRegistration?: boolean | undefined
}

/** The options of `createProvider` that the preset sets. Each has a value: a host may add to its lists. */
export type McpPreset = {
  readonly [Name in
    | 'scopes'
    | 'validAudiences'
    | 'bindResources'
    | 'accessTokenTtlSeconds'
    | 'refreshTokensWithoutOfflineAccess'
    | 'allowDynamicClientRegistration'
    | 'allowUnauthenticatedClientRegistration'
    | 'clientRegistrationSubstitutes'
    | 'clientRegistrationDefaultScopes'
    | 'clientRegistrationAddedScopes'
    | 'unusedClientTtlSeconds'
    | 'advertisedMetadata']: NonNullable<ProviderOptions[Name]>
} & {
  readonly features: readonly [
    Feature<'clientIdMetadataDocuments', ClientIdMetadataDocuments>,
    Feature<'privateKeyJwt'>,
    Feature<'mcp', Mcp>,
  ]
}

const entries = {
  resources: v.record(v.string(), v.strictObject({ scopes: v.array(v.string()) })),
  clientDocuments: v.optional(v.looseObject({}), {}),
  openRegistration: v.optional(v.boolean(), true),
}

/**
 * The options with which MCP clients and other agents connect at the first try: client documents, open registration that
 * leaves out what a client may not have, the scopes and audiences of your MCP servers, tokens that are bound to them,
 * refresh tokens without `offline_access`, short access tokens. An option that you write after it wins. The provider
 * checks at start that clients can get what the server advertises. `features` is an option as well, so keep those of the
 * preset where you add your own: `features: [...preset.features, tokenExchange()]`. Without them the provider does not start.
 *
 * Clients that registered and were never used are deleted after a day, by `provider.purgeExpired()`: call it daily.
 * @throws {TypeError} when an option is unknown or wrong, or a resource is no URL of an MCP server
 * @example
 * ```ts
 * import { createProvider } from '@oauth/core'
 * import { mcp } from '@oauth/core/mcp'
 *
 * const provider = createProvider({
 *   ...mcp({ resources: { 'https://notes.example.com/mcp': { scopes: ['notes:read', 'notes:write'] } } }),
 *   baseUrl: 'https://id.example.com',
 *   ...
 * })
 * ```
 */
export function mcp(options: McpOptions): McpPreset {
  const { resources, openRegistration } = parseFeatureOptions('mcp', entries, options)
  const urls = Object.keys(resources)
  checkResources(urls)
  const scopes = [...new Set(Object.values(resources).flatMap((resource) => resource.scopes))]
  if (scopes.length === 0) {
    // Every request of an agent would end with invalid_scope.
    throw new TypeError('mcp: resources ... scopes must name at least one scope, for instance mcp:use')
  }
  checkScopes(scopes)
  // A client that does not name offline_access gets refresh tokens, too, but some ask for it wherever they see it.
  const offered = [...scopes, 'offline_access']
  const preset: McpPreset & FromPreset = {
    [presetFeature]: 'mcp',
    features: [
      clientIdMetadataDocuments(options.clientDocuments),
      privateKeyJwt(),
      mcpFeature(new Map(Object.entries(resources).map(([url, resource]) => [url, resource.scopes]))),
    ],
    scopes,
    validAudiences: urls,
    bindResources: true,
    accessTokenTtlSeconds: 600,
    refreshTokensWithoutOfflineAccess: true,
    allowDynamicClientRegistration: openRegistration,
    allowUnauthenticatedClientRegistration: openRegistration,
    clientRegistrationSubstitutes: true,
    clientRegistrationDefaultScopes: offered,
    // Clients register the scopes of their first request, and ask for more when a tool needs it.
    clientRegistrationAddedScopes: offered,
    unusedClientTtlSeconds: 24 * 3600,
    advertisedMetadata: { scopesSupported: offered },
  }
  return preset
}

function checkResources(urls: readonly string[]): void {
  if (urls.length === 0) throw new TypeError('mcp: resources must name at least one MCP server')
  for (const [index, url] of urls.entries()) {
    if (!isMcpServerUrl(url)) {
      throw new TypeError(
        `mcp: resources ${url} must be the https URL of an MCP server, without a fragment (http on this machine)`,
      )
    }
    const { href } = new URL(url)
    if (!isSameResource(url, href)) {
      throw new TypeError(`mcp: resources ${url} must be spelled ${href}, as clients send it`)
    }
    const twin = urls.slice(0, index).find((other) => isSameResource(url, other))
    if (twin !== undefined) throw new TypeError(`mcp: resources ${url} and ${twin} are the same resource: keep one`)
  }
}

function checkScopes(scopes: readonly string[]): void {
  for (const scope of scopes) {
    if (standardScopes.includes(scope)) {
      throw new TypeError(
        `mcp: resources ... scopes ${scope} is about the user and not about an MCP server: leave it out`,
      )
    }
    if (parseScope(scope)?.[0] !== scope)
      throw new TypeError(`mcp: resources ... scopes "${scope}" is not a scope (RFC 6749 section 3.3)`)
  }
}

function isMcpServerUrl(text: string): boolean {
  const host = webHost(text)
  // A URL with a user or a fragment names nothing that a client could send as a resource.
  if (host === undefined || /[#@]/.test(text)) return false
  return /^https:/i.test(text) || isLoopbackHost(host.hostname)
}
