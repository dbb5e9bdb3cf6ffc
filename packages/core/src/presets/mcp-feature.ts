import type { Config } from '../contracts/config.ts'
import type { Feature } from '../contracts/feature.ts'
import { isSameResource } from '../protocol/resource.ts'

/** What an MCP server publishes and checks, for `@oauth/resource-server`. */
export interface ProtectedMcpServer {
  readonly resource: string
  /** The issuer of this server. */
  readonly authorizationServer: string
  readonly scopesSupported: readonly string[]
}

/** `provider.features.mcp` */
export interface Mcp {
  /**
   * What an MCP server of the preset publishes in its metadata ({@link https://www.rfc-editor.org/rfc/rfc9728 RFC 9728}).
   * @throws {TypeError} when the preset does not have this resource
   */
  resource(url: string): ProtectedMcpServer
}

/**
 * The part of the preset that sees the resolved options: it checks that clients can get what the server advertises,
 * whatever the host has written after the preset.
 */
export function mcpFeature(resources: ReadonlyMap<string, readonly string[]>): Feature<'mcp', Mcp> {
  return Object.freeze<Feature<'mcp', Mcp>>({
    name: 'mcp',
    requires: ['authorization_code', 'refresh_token'],
    start(core) {
      checkOptions(core.config, resources)
      return { api: { resource: (url) => describe(core.config, resources, url) } }
    },
  })
}

function describe(
  { issuer }: Config,
  resources: ReadonlyMap<string, readonly string[]>,
  url: string,
): ProtectedMcpServer {
  const found = [...resources].find(([resource]) => isSameResource(resource, url))
  if (found !== undefined) return { resource: found[0], authorizationServer: issuer, scopesSupported: found[1] }
  throw new TypeError(`mcp: ${url} is not among the resources of the preset: ${[...resources.keys()].join(', ')}`)
}

function checkOptions(config: Config, resources: ReadonlyMap<string, readonly string[]>): void {
  const { registration, scopes, validAudiences, advertised } = config
  for (const [resource, own] of resources) {
    if (!validAudiences.includes(resource)) throw overruled('validAudiences', `lacks ${resource}`)
    const missing = own.find((scope) => !scopes.includes(scope))
    if (missing !== undefined) throw overruled('scopes', `lacks ${missing}`)
  }
  const { defaultScopes = [], addedScopes, allowedScopes = scopes } = registration
  const beyond = advertised.scopes.find(
    (scope) => ![...defaultScopes, ...addedScopes, ...allowedScopes].includes(scope),
  )
  if (beyond !== undefined) {
    throw overruled(
      'advertisedMetadata.scopesSupported',
      `has ${beyond}, which no client may register: add it to clientRegistrationAllowedScopes`,
    )
  }
}

function overruled(option: string, problem: string): TypeError {
  return new TypeError(`mcp: the option ${option}, written after the preset, ${problem}`)
}
