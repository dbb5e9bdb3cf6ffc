import { managedClientWithSecret } from '../../clients/managed-client.ts'
import { rotateOwnClientSecret } from '../../clients/self-service.ts'
import type { Endpoint } from '../../contracts/endpoint.ts'
import { json } from '../../http/json.ts'
import { endpointPaths } from '../../protocol/endpoint-paths.ts'
import { readJsonCommand, requireClientId } from '../managed-request.ts'

/** Gives a client of the caller a new secret. The old secret stops working at once. */
export const rotateClientSecret: Endpoint = {
  name: 'rotateClientSecret',
  path: endpointPaths.rotateClientSecret,
  methods: ['POST'],
  errors: 'json',
  async handle(ctx, request) {
    const { caller, body } = await readJsonCommand(ctx, request)
    const rotated = await rotateOwnClientSecret(ctx, caller, requireClientId(body.client_id))
    return json(200, managedClientWithSecret(rotated))
  },
}
