import { createClientAsAdmin, requireAdmin } from '../../clients/administer.ts'
import { findCaller } from '../../clients/caller.ts'
import { managedClientWithSecret } from '../../clients/managed-client.ts'
import type { Endpoint } from '../../contracts/endpoint.ts'
import { json } from '../../http/json.ts'
import { readJsonObject } from '../../http/json-object.ts'
import { endpointPaths } from '../../protocol/endpoint-paths.ts'
import { requireSameOrigin } from '../../sessions/same-origin.ts'

/** Creates a client for an administrator, who may also set the members that users and clients cannot set. */
export const adminCreateClient: Endpoint = {
  name: 'adminCreateClient',
  path: endpointPaths.adminCreateClient,
  methods: ['POST'],
  errors: 'json',
  async handle(ctx, request) {
    requireSameOrigin(ctx, request)
    await requireAdmin(ctx, request)
    const caller = await findCaller(ctx, request)
    const created = await createClientAsAdmin(ctx, caller, await readJsonObject(request))
    return json(201, managedClientWithSecret(created))
  },
}
