import type { Endpoint } from '../contracts/endpoint.ts'
import { json } from '../http/json.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'
import { OAuthError } from '../protocol/errors.ts'
import { revokeToken } from '../tokens/revoke.ts'

/**
 * The revocation endpoint ({@link https://www.rfc-editor.org/rfc/rfc7009#section-2 RFC 7009 section 2}). The token
 * itself tells its kind, so `token_type_hint` is ignored.
 */
export const revoke: Endpoint = {
  name: 'revoke',
  path: endpointPaths.revoke,
  methods: ['POST'],
  errors: 'json',
  cors: 'client',
  rateLimit: 'revoke',
  metadata: 'revocation_endpoint',
  async handleClient(core, { client, parameters }) {
    const token = parameters.get('token')
    if (token === undefined) throw new OAuthError('invalid_request', 'missing token')
    await revokeToken(core, client, token)
    return json(200, {})
  },
}
