import { listConsents } from '../../consents/manage-consents.ts'
import type { Endpoint } from '../../contracts/endpoint.ts'
import { json } from '../../http/json.ts'
import { endpointPaths } from '../../protocol/endpoint-paths.ts'
import { readQuery } from '../managed-request.ts'
import { consentView } from './own-consent.ts'

/**
 * Lists the consents that the caller gave, with `reference_id` only those under this reference. It never lists consents
 * of other users.
 */
export const getConsents: Endpoint = {
  name: 'getConsents',
  path: endpointPaths.getConsents,
  methods: ['GET'],
  errors: 'json',
  async handle(ctx, request) {
    const { caller, get } = await readQuery(ctx, request)
    return json(200, (await listConsents(ctx, caller.user.id, get('reference_id'))).map(consentView))
  },
}
