import type { Core } from '../contracts/core.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import { publicDocument } from '../http/json.ts'
import { authorizationServerMetadata, openidConfiguration } from '../metadata/documents.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'

/** Seconds for which clients may cache a discovery document. It changes only with a restart of the server. */
const maxAge = 3600

/**
 * Makes the endpoint of a discovery document. The document is serialised once, on first use, when all features have
 * started.
 */
function discoveryEndpoint(name: string, wellKnown: string, build: () => object): Endpoint {
  let document: string | undefined
  return {
    name,
    path: wellKnown,
    insertedPath: wellKnown,
    methods: ['GET'],
    errors: 'json',
    cors: 'any',
    async handle() {
      document ??= JSON.stringify(build())
      return publicDocument(document, 'application/json', maxAge)
    },
  }
}

/**
 * The metadata document of the authorization server ({@link https://www.rfc-editor.org/rfc/rfc8414#section-3 RFC 8414
 * section 3}).
 */
export function authorizationServerMetadataEndpoint(core: Core): Endpoint {
  return discoveryEndpoint('authorizationServerMetadata', endpointPaths.authorizationServerMetadata, () =>
    authorizationServerMetadata(core.config, core.registry),
  )
}

/**
 * The OpenID discovery document ({@link https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
 * OpenID Connect Discovery section 4}).
 */
export function openidConfigurationEndpoint(core: Core): Endpoint {
  return discoveryEndpoint('openidConfiguration', endpointPaths.openidConfiguration, () =>
    openidConfiguration(core.config, core.registry),
  )
}
