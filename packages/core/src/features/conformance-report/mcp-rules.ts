import { type ClientRule, cannotTell, met, metIf, type ServerRule } from '../../conformance/rule.ts'
import { isLoopbackRedirectUri } from '../../protocol/redirect-uri.ts'

const specification = 'https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization'

export const mcpServerRules: readonly ServerRule[] = [
  {
    id: 'mcp-discovery',
    requirement: 'The server publishes its metadata (RFC 8414), and clients find that PKCE with S256 works.',
    section: `${specification}#authorization-server-metadata-discovery`,
    rate: ({ registry }) =>
      metIf(registry.grantTypes.has('authorization_code'), 'add authorization_code to the option grantTypes'),
  },
  {
    id: 'mcp-resources',
    requirement: 'The server knows the URL of each MCP server.',
    section: `${specification}#canonical-server-uri`,
    rate({ config }) {
      const servers = config.validAudiences.filter((audience) => audience !== config.issuer)
      return metIf(
        servers.length > 0,
        'add the URL of each MCP server to the option validAudiences',
        servers.join(', '),
      )
    },
  },
  {
    id: 'mcp-resource-binding',
    requirement: 'Access tokens are for the MCP server that the client named in resource.',
    section: `${specification}#token-audience-binding-and-validation`,
    rate: ({ config }) => metIf(config.bindResources !== false, 'set the option bindResources to true'),
  },
  {
    id: 'mcp-client-documents',
    requirement: 'Clients can be documents at URLs.',
    section: `${specification}#client-id-metadata-documents`,
    rate: ({ registry }) =>
      metIf(
        registry.serverMetadata.client_id_metadata_document_supported === true,
        'add the feature clientIdMetadataDocuments() from @oauth/core/features/client-id-metadata-documents, or the preset mcp() from @oauth/core/mcp',
      ),
  },
  {
    id: 'mcp-open-registration',
    requirement: 'Clients that know no documents can register themselves.',
    section: `${specification}#dynamic-client-registration`,
    rate: ({ config: { registration } }) =>
      registration.enabled && registration.anonymous
        ? met()
        : cannotTell(
            'set allowDynamicClientRegistration and allowUnauthenticatedClientRegistration, unless you register each client yourself',
          ),
  },
  {
    id: 'mcp-refresh-tokens',
    requirement: 'Refresh tokens of public clients rotate.',
    section: `${specification}#token-theft`,
    rate: ({ config }) => (config.grantTypes.includes('refresh_token') ? met('they rotate') : undefined),
  },
  {
    id: 'mcp-short-tokens',
    requirement: 'Access tokens are short-lived.',
    section: `${specification}#token-theft`,
    rate: ({ config }) =>
      metIf(
        config.lifetimes.accessToken <= 3600,
        'set the option accessTokenTtlSeconds to at most 3600',
        `${config.lifetimes.accessToken} s`,
      ),
  },
  {
    id: 'mcp-issuer',
    requirement: 'Authorization responses name the issuer.',
    section: `${specification}#authorization-code-protection`,
    rate: () => met('iss is in every response'),
  },
  {
    id: 'mcp-https',
    requirement: 'All endpoints of the server are served over https.',
    section: `${specification}#communication-security`,
    rate: ({ config }) => metIf(config.secure, 'set the option baseUrl to an https URL', config.issuer),
  },
]

export const mcpDeploymentRules: readonly ServerRule[] = [
  {
    id: 'mcp-resource-metadata',
    requirement: 'Each MCP server names this server in its metadata (RFC 9728) and in its 401 responses.',
    section: `${specification}#authorization-server-discovery`,
    rate: () =>
      cannotTell('look whether each MCP server uses protectedResource() of @oauth/resource-server, or does the same'),
  },
  {
    id: 'mcp-no-passthrough',
    requirement: 'MCP servers accept only tokens for themselves, and do not pass them on.',
    section: `${specification}#access-token-privilege-restriction`,
    rate: () => cannotTell('look whether each MCP server checks aud, and gets tokens of its own for other APIs'),
  },
]

export const mcpClientRules: readonly ClientRule[] = [
  {
    id: 'mcp-pkce',
    requirement: 'The server demands PKCE of the client.',
    section: `${specification}#authorization-code-protection`,
    rate: ({ metadata, inForce }) =>
      metadata.grant_types.includes('authorization_code')
        ? metIf(metadata.require_pkce || inForce.pkce === true, 'set require_pkce to true')
        : undefined,
  },
  {
    id: 'mcp-redirect-uris',
    requirement: 'Redirect URIs use https, a loopback address or a scheme of the application.',
    section: `${specification}#communication-security`,
    rate({ metadata }) {
      const plain = metadata.redirect_uris.find((uri) => /^http:/i.test(uri) && !isLoopbackRedirectUri(uri))
      return metIf(plain === undefined, `replace the redirect URI ${plain} by one with https`)
    },
  },
]
