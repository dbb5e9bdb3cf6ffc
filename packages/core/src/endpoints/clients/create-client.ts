import { managedClientWithSecret } from '../../clients/managed-client.ts'
import { createOwnClient } from '../../clients/self-service.ts'
import type { Endpoint } from '../../contracts/endpoint.ts'
import { json } from '../../http/json.ts'
import { endpointPaths } from '../../protocol/endpoint-paths.ts'
import { readJsonCommand } from '../managed-request.ts'

/** Creates a client for the signed-in user, or for the reference (organisation) that the user acts for. */
export const createClient: Endpoint = {
  name: 'createClient',
  path: endpointPaths.createClient,
  methods: ['POST'],
  errors: 'json',
  async handle(ctx, request) {
    const { caller, body } = await readJsonCommand(ctx, request)
    return json(201, managedClientWithSecret(await createOwnClient(ctx, caller, body)))
  },
}
