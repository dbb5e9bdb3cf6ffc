import type { Context } from '../contracts/context.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import { publicDocument } from '../http/json.ts'
import { authorizationServerMetadata, openidConfiguration } from '../metadata/documents.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'

/** What discovery says changes with a restart alone. */
const maxAge = 3600

/** Serialised once a server, on first use. */
function serialisedOnce(build: (ctx: Context) => object): (ctx: Context) => string {
  const documents = new WeakMap<Context, string>()
  return (ctx) => {
    let document = documents.get(ctx)
    if (document === undefined) {
      document = JSON.stringify(build(ctx))
      documents.set(ctx, document)
    }
    return document
  }
}

function discoveryEndpoint(name: string, wellKnown: string, build: (ctx: Context) => object): Endpoint {
  const document = serialisedOnce(build)
  return {
    name,
    path: wellKnown,
    insertedPath: wellKnown,
    methods: ['GET'],
    errors: 'json',
    cors: 'any',
    async handle(ctx) {
      return publicDocument(document(ctx), 'application/json', maxAge)
    },
  }
}

/** {@link https://www.rfc-editor.org/rfc/rfc8414#section-3 RFC 8414 section 3} */
export const authorizationServerMetadataEndpoint: Endpoint = discoveryEndpoint(
  'authorizationServerMetadata',
  endpointPaths.authorizationServerMetadata,
  (ctx) => authorizationServerMetadata(ctx.config, ctx.registry),
)

/** {@link https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig OpenID Connect Discovery section 4} */
export const openidConfigurationEndpoint: Endpoint = discoveryEndpoint(
  'openidConfiguration',
  endpointPaths.openidConfiguration,
  (ctx) => openidConfiguration(ctx.config, ctx.registry),
)
