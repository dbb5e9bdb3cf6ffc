import { listOwnClients } from '../../clients/list.ts'
import { managedClient } from '../../clients/managed-client.ts'
import { isTrustedByHost } from '../../clients/trust.ts'
import type { Endpoint } from '../../contracts/endpoint.ts'
import { json } from '../../http/json.ts'
import { endpointPaths } from '../../protocol/endpoint-paths.ts'
import { readQuery } from '../managed-request.ts'

/**
 * Lists the clients of the caller and of their reference, ordered by id: at most 1000 at a time. `after` continues the
 * list.
 */
export const getClients: Endpoint = {
  name: 'getClients',
  path: endpointPaths.getClients,
  methods: ['GET'],
  errors: 'json',
  async handle(ctx, request) {
    const { caller, get } = await readQuery(ctx, request)
    const clients = await listOwnClients(ctx, caller, { referenceId: get('reference_id'), after: get('after') })
    const shown = clients.map(async (client) => managedClient(client, await isTrustedByHost(ctx, client)))
    return json(200, await Promise.all(shown))
  },
}
