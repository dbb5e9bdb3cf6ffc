import type { Endpoint } from '../../contracts/endpoint.ts'
import { json } from '../../http/json.ts'
import { endpointPaths } from '../../protocol/endpoint-paths.ts'
import { readQuery } from '../managed-request.ts'
import { consentView, findOwnConsent } from './own-consent.ts'

/** Returns a consent of the caller. */
export const getConsent: Endpoint = {
  name: 'getConsent',
  path: endpointPaths.getConsent,
  methods: ['GET'],
  errors: 'json',
  async handle(ctx, request) {
    const { caller, get } = await readQuery(ctx, request)
    return json(200, consentView(await findOwnConsent(ctx, caller, 'read', get('id'))))
  },
}
