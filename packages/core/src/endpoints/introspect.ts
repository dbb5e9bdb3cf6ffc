import type { Endpoint } from '../contracts/endpoint.ts'
import { json } from '../http/json.ts'
import { isPublic } from '../policy/client.ts'
import { requireIntrospectionSupport } from '../policy/client-support.ts'
import { demandsOn } from '../policy/demands.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'
import { OAuthError } from '../protocol/errors.ts'
import { introspectionJwtType } from '../protocol/introspection-jwt.ts'
import { introspectToken } from '../tokens/introspect.ts'

/**
 * The introspection endpoint, for confidential clients ({@link https://www.rfc-editor.org/rfc/rfc7662#section-2 RFC
 * 7662 section 2}).
 */
export const introspect: Endpoint = {
  name: 'introspect',
  path: endpointPaths.introspect,
  methods: ['POST'],
  errors: 'json',
  rateLimit: 'introspect',
  metadata: 'introspection_endpoint',
  async handleClient(core, call) {
    const { client, parameters } = call
    if (isPublic(client))
      throw new OAuthError('invalid_client', 'introspection needs a confidential client: one with a secret or a key')
    const token = parameters.get('token')
    if (token === undefined) throw new OAuthError('invalid_request', 'missing token')
    requireIntrospectionSupport(core, client)
    const introspection = await introspectToken(core, client, token)
    const { introspectionFormats } = core.registry
    for (const format of introspectionFormats) {
      const response = await format.respond(core, call, introspection)
      if (response !== undefined) return response
    }
    if (demandsOn(core, client).signedIntrospection === true) {
      throw new OAuthError(
        'invalid_request',
        `introspection must be asked for as a JWT: send Accept: ${introspectionJwtType}`,
      )
    }
    return json(200, introspection, introspectionFormats.length === 0 ? undefined : { vary: 'accept' })
  },
}
