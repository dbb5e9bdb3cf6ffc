import { deleteConsent as endConsent } from '../../consents/manage-consents.ts'
import type { Endpoint } from '../../contracts/endpoint.ts'
import { json } from '../../http/json.ts'
import { endpointPaths } from '../../protocol/endpoint-paths.ts'
import { readJsonCommand } from '../managed-request.ts'
import { findOwnConsent } from './own-consent.ts'

/** Deletes a consent of the caller, and ends the grants under it. */
export const deleteConsent: Endpoint = {
  name: 'deleteConsent',
  path: endpointPaths.deleteConsent,
  methods: ['POST'],
  errors: 'json',
  async handle(ctx, request) {
    const { caller, body } = await readJsonCommand(ctx, request)
    const { id } = await findOwnConsent(ctx, caller, 'delete', body.id)
    await endConsent(ctx, id)
    return json(200, {})
  },
}
