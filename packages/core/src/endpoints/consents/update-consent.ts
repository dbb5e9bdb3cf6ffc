import { updateConsent as narrowConsent } from '../../consents/manage-consents.ts'
import type { Endpoint } from '../../contracts/endpoint.ts'
import { json } from '../../http/json.ts'
import { endpointPaths } from '../../protocol/endpoint-paths.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { readJsonCommand, requireUpdate } from '../managed-request.ts'
import { consentView, findOwnConsent } from './own-consent.ts'

/**
 * Narrows a consent of the caller to the scopes in the request, and to its claims if there are any. A consent can be
 * widened only on the consent page.
 */
export const updateConsent: Endpoint = {
  name: 'updateConsent',
  path: endpointPaths.updateConsent,
  methods: ['POST'],
  errors: 'json',
  async handle(ctx, request) {
    const { caller, body } = await readJsonCommand(ctx, request)
    const { id } = await findOwnConsent(ctx, caller, 'update', body.id)
    const { scopes, claims } = requireUpdate(body.update)
    if (!isList(scopes)) throw new OAuthError('invalid_request', 'scopes must be provided')
    if (claims !== undefined && !isList(claims)) {
      throw new OAuthError('invalid_request', 'claims must be an array of claim names')
    }
    return json(200, consentView(await narrowConsent(ctx, id, { scopes, claims })))
  },
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
