import { deleteClient } from '../clients/delete.ts'
import { selfManagedClient } from '../clients/dynamic-registration.ts'
import { invalidRegistrationToken, requireRegistrationToken } from '../clients/registration-token.ts'
import { refuseTrusted, replaceRegistration } from '../clients/replace-registration.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import { readAuthorization } from '../http/authorization-header.ts'
import { json, noContent } from '../http/json.ts'
import { readJsonObject } from '../http/json-object.ts'
import { parseParameters } from '../http/parameters.ts'
import { queryOf } from '../http/target.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'

/**
 * The endpoint where a client that registered itself reads, replaces and deletes its registration, with its
 * registration access token ({@link https://www.rfc-editor.org/rfc/rfc7592#section-2 RFC 7592 section 2}).
 */
export const clientConfiguration: Endpoint = {
  name: 'clientConfiguration',
  path: endpointPaths.clientConfiguration,
  methods: ['GET', 'PUT', 'DELETE'],
  errors: 'json',
  cors: 'any',
  rateLimit: 'register',
  async handle(ctx, request) {
    const authorization = readAuthorization(request)
    const token = authorization?.scheme === 'bearer' ? authorization.credentials : ''
    const clientId = parseParameters(queryOf(request.url)).get('client_id')
    const client = await requireRegistrationToken(ctx, clientId, token)
    if (request.method === 'PUT') {
      return json(200, await replaceRegistration(ctx, client.id, token, await readJsonObject(request)))
    }
    if (request.method === 'DELETE') {
      await refuseTrusted(ctx, client)
      // Another request has deleted the client first: the token is valid for one deletion.
      if (!(await deleteClient(ctx, client.id))) throw invalidRegistrationToken()
      return noContent()
    }
    return json(200, selfManagedClient(ctx, client, token))
  },
}
