import type { Core } from '../../contracts/core.ts'
import type { ClientCall, ClientEndpoint } from '../../contracts/endpoint.ts'
import { addParameters } from '../../http/add-parameters.ts'
import { json } from '../../http/json.ts'
import { withParameters } from '../../http/redirect.ts'
import { requireRegisteredGrantType } from '../../policy/client.ts'
import { requireSupport } from '../../policy/client-support.ts'
import { requireDirectGrantType } from '../../policy/demands.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { boundParameters, withProofHeaders } from '../../tokens/binding.ts'
import { storeDevice } from './device-request.ts'
import { deviceGrantType } from './grant-type-name.ts'
import type { DeviceRules } from './options.ts'
import { originOf } from './origin.ts'
import { shownUserCode } from './user-code.ts'

/** The name of the endpoint, in `provider.handlers` and of its rate limit. */
export const deviceEndpointName = 'deviceAuthorization'

const path = '/oauth2/device_authorization'

/** The device authorization endpoint ({@link https://www.rfc-editor.org/rfc/rfc8628#section-3.1 RFC 8628 section 3.1}). */
export function deviceEndpoint(rules: DeviceRules): ClientEndpoint {
  return {
    name: deviceEndpointName,
    path,
    methods: ['POST'],
    errors: 'json',
    cors: 'client',
    rateLimit: deviceEndpointName,
    metadata: 'device_authorization_endpoint',
    handleClient: (core, call) => begin(core, call, rules),
  }
}

async function begin(core: Core, call: ClientCall, rules: DeviceRules): Promise<Response> {
  const { request, client, parameters, evidence } = call
  requireClient(client, rules)
  requireDirectGrantType(core, client, deviceGrantType)
  // The proof comes first, as at the token endpoint. The device code is then bound to its key.
  const binding = await core.readBinding(request, { endpoint: core.config.issuer + path, client, evidence })
  return withProofHeaders(binding?.headers, async () => {
    const authorization = await core.readDirectRequest(
      client,
      addParameters(parameters, boundParameters(binding, evidence?.instance)),
    )
    requireSupport(core, client, authorization.scope)
    const origin = await originOf(core, request, rules)
    const { deviceCode, userCode, goodUntil } = await storeDevice(core, authorization, origin, rules)
    core.emit({ type: 'device.requested', clientId: client.id, expiresAt: goodUntil })
    const { verificationUri, completeUri, lifetimeSeconds, intervalSeconds } = rules
    const shown = shownUserCode(userCode)
    const answer = {
      device_code: deviceCode,
      user_code: shown,
      verification_uri: verificationUri,
      ...(completeUri && { verification_uri_complete: withParameters(verificationUri, { user_code: shown }) }),
      expires_in: lifetimeSeconds,
      interval: intervalSeconds,
    }
    return json(200, answer, binding?.headers)
  })
}

/** @throws {OAuthError} `unauthorized_client` */
function requireClient(client: ClientRecord, { clients }: DeviceRules): void {
  requireRegisteredGrantType(client, deviceGrantType)
  if (clients === undefined || clients.includes(client.id)) return
  throw new OAuthError('unauthorized_client', 'this client may not use device authorization on this server', {
    cause: new Error(`the option clients of deviceAuthorization does not have ${client.id}`),
  })
}
