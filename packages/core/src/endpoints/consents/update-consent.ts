import { updateConsent as narrowConsent } from '../../authorization/consents.ts'
import type { Endpoint } from '../../contracts/endpoint.ts'
import { json } from '../../http/json.ts'
import { endpointPaths } from '../../protocol/endpoint-paths.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { readOrder, requireUpdate } from '../managed-request.ts'
import { consentView, findOwnConsent } from './own-consent.ts'

/** Narrows one of the caller's consents to the scopes that are named. More is agreed to on the consent page alone. */
export const updateConsent: Endpoint = {
  name: 'updateConsent',
  path: endpointPaths.updateConsent,
  methods: ['POST'],
  errors: 'json',
  async handle(ctx, request) {
    const { caller, body } = await readOrder(ctx, request)
    const { id } = await findOwnConsent(ctx, caller, 'update', body.id)
    const { scopes } = requireUpdate(body.update)
    if (!Array.isArray(scopes) || !scopes.every((scope) => typeof scope === 'string')) {
      throw new OAuthError('invalid_request', 'scopes must be provided')
    }
    return json(200, consentView(await narrowConsent(ctx, id, scopes)))
  },
}
