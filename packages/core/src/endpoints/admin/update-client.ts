import { requireAdmin, updateClientAsAdmin } from '../../clients/administer.ts'
import { managedClient } from '../../clients/managed-client.ts'
import type { Endpoint } from '../../contracts/endpoint.ts'
import { json } from '../../http/json.ts'
import { readJsonObject } from '../../http/json-object.ts'
import { endpointPaths } from '../../protocol/endpoint-paths.ts'
import { requireSameOrigin } from '../../sessions/same-origin.ts'
import { readClientUpdate } from '../managed-request.ts'

/** Changes a client for an administrator, who may also set the members that users and clients cannot set. */
export const adminUpdateClient: Endpoint = {
  name: 'adminUpdateClient',
  path: endpointPaths.adminUpdateClient,
  methods: ['PATCH', 'POST'],
  errors: 'json',
  async handle(ctx, request) {
    requireSameOrigin(ctx, request)
    await requireAdmin(ctx, request)
    const { clientId, update } = readClientUpdate(await readJsonObject(request))
    return json(200, managedClient(await updateClientAsAdmin(ctx, clientId, update)))
  },
}
