import { managedClient } from '../../clients/managed-client.ts'
import { updateOwnClient } from '../../clients/self-service.ts'
import type { Endpoint } from '../../contracts/endpoint.ts'
import { json } from '../../http/json.ts'
import { endpointPaths } from '../../protocol/endpoint-paths.ts'
import { readClientUpdate, readJsonCommand } from '../managed-request.ts'

/** Changes the metadata of a client of the caller. */
export const updateClient: Endpoint = {
  name: 'updateClient',
  path: endpointPaths.updateClient,
  methods: ['POST'],
  errors: 'json',
  async handle(ctx, request) {
    const { caller, body } = await readJsonCommand(ctx, request)
    const { clientId, update } = readClientUpdate(body)
    return json(200, managedClient(await updateOwnClient(ctx, caller, clientId, update)))
  },
}
