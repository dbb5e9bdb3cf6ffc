import { managedClient } from '../../clients/managed-client.ts'
import { findOwnClient } from '../../clients/self-service.ts'
import { isTrustedByHost } from '../../clients/trust.ts'
import type { Endpoint } from '../../contracts/endpoint.ts'
import { json } from '../../http/json.ts'
import { endpointPaths } from '../../protocol/endpoint-paths.ts'
import { readQuery, requireClientId } from '../managed-request.ts'

/** Returns a client of the caller, without its secret. */
export const getClient: Endpoint = {
  name: 'getClient',
  path: endpointPaths.getClient,
  methods: ['GET'],
  errors: 'json',
  async handle(ctx, request) {
    const { caller, get } = await readQuery(ctx, request)
    const client = await findOwnClient(ctx, caller, 'read', requireClientId(get('client_id')))
    return json(200, managedClient(client, await isTrustedByHost(ctx, client)))
  },
}
