import type { Core } from '../contracts/core.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import { publicDocument } from '../http/json.ts'
import { authorizationServerMetadata, openidConfiguration } from '../metadata/documents.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'

/**
 * Seconds for which clients may cache a discovery document. Without members of features that change, it changes only with a
 * restart of the server.
 */
const maxAge = 3600

/**
 * Makes the endpoint of a discovery document. The document is made once, on first use, when all features have started, and
 * serialised once unless a feature has members that change.
 */
function discoveryEndpoint(core: Core, name: string, wellKnown: string, build: () => object): Endpoint {
  let text: string | undefined
  let document: Readonly<Record<string, unknown>> | undefined
  return {
    name,
    path: wellKnown,
    insertedPath: wellKnown,
    methods: ['GET'],
    errors: 'json',
    cors: 'any',
    async handle() {
      text ??= JSON.stringify(build())
      const members = [...core.registry.documentMembers.values()]
      if (members.length === 0) return publicDocument(text, 'application/json', maxAge)
      const fixed: Readonly<Record<string, unknown>> = document ?? Object.freeze(JSON.parse(text))
      document = fixed
      const changing = await Promise.all(members.map(async (member) => [member.name, await member.valueOf(fixed)]))
      return publicDocument(
        JSON.stringify({ ...fixed, ...Object.fromEntries(changing) }),
        'application/json',
        Math.min(maxAge, ...members.flatMap((member) => member.maxAge ?? [])),
      )
    },
  }
}

/**
 * The metadata document of the authorization server ({@link https://www.rfc-editor.org/rfc/rfc8414#section-3 RFC 8414
 * section 3}).
 */
export function authorizationServerMetadataEndpoint(core: Core): Endpoint {
  return discoveryEndpoint(core, 'authorizationServerMetadata', endpointPaths.authorizationServerMetadata, () =>
    authorizationServerMetadata(core.config, core.registry),
  )
}

/**
 * The OpenID discovery document ({@link https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
 * OpenID Connect Discovery section 4}).
 */
export function openidConfigurationEndpoint(core: Core): Endpoint {
  return discoveryEndpoint(core, 'openidConfiguration', endpointPaths.openidConfiguration, () =>
    openidConfiguration(core.config, core.registry),
  )
}
