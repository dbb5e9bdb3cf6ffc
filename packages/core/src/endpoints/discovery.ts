import type { Core } from '../contracts/core.ts'
import type { DocumentMember } from '../contracts/document-member.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import { publicDocument, publicHeaders } from '../http/json.ts'
import { authorizationServerMetadata, openidConfiguration } from '../metadata/documents.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'

/**
 * Seconds for which clients may cache a discovery document. Without members of features that change, it changes only with a
 * restart of the server.
 */
const maxAge = 3600
const headers = publicHeaders(maxAge)

/**
 * Makes the endpoint of a discovery document. The document is made once, on first use, when all features have started, and
 * serialised once unless a feature has members that change.
 */
function discoveryEndpoint(core: Core, name: string, wellKnown: string, build: () => object): Endpoint {
  let text: string | undefined
  let document: Readonly<Record<string, unknown>> | undefined

  const withChangingMembers = async (
    fixed: Readonly<Record<string, unknown>>,
    members: readonly DocumentMember[],
  ): Promise<Response> => {
    const changing = await Promise.all(members.map(async (member) => [member.name, await member.valueOf(fixed)]))
    const seconds = Math.min(maxAge, ...members.flatMap((member) => member.maxAge ?? []))
    return publicDocument(JSON.stringify({ ...fixed, ...Object.fromEntries(changing) }), publicHeaders(seconds))
  }

  return {
    name,
    path: wellKnown,
    insertedPath: wellKnown,
    methods: ['GET'],
    errors: 'json',
    cors: 'any',
    handle() {
      text ??= JSON.stringify(build())
      const { documentMembers } = core.registry
      if (documentMembers.size === 0) return publicDocument(text, headers)
      document ??= Object.freeze(JSON.parse(text) as Record<string, unknown>)
      return withChangingMembers(document, [...documentMembers.values()])
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
