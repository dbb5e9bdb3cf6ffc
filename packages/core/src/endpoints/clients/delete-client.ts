import { deleteOwnClient } from '../../clients/self-service.ts'
import type { Endpoint } from '../../contracts/endpoint.ts'
import { json } from '../../http/json.ts'
import { endpointPaths } from '../../protocol/endpoint-paths.ts'
import { readJsonCommand, requireClientId } from '../managed-request.ts'

/** Deletes a client of the caller, and ends all its grants. */
export const deleteClient: Endpoint = {
  name: 'deleteClient',
  path: endpointPaths.deleteClient,
  methods: ['POST'],
  errors: 'json',
  async handle(ctx, request) {
    const { caller, body } = await readJsonCommand(ctx, request)
    await deleteOwnClient(ctx, caller, requireClientId(body.client_id))
    return json(200, {})
  },
}
