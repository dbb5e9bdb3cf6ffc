import { managedClientWithSecret } from '../../clients/managed-client.ts'
import { createOwnClient } from '../../clients/self-service.ts'
import type { Endpoint } from '../../contracts/endpoint.ts'
import { json } from '../../http/json.ts'
import { endpointPaths } from '../../protocol/endpoint-paths.ts'
import { readJsonCommand } from '../managed-request.ts'

/** A user who is signed in makes a client, for themselves or on behalf of their reference. */
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
