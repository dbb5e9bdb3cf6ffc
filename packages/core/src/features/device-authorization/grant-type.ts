import type { GrantType } from '../../contracts/grant-type.ts'
import { decidePoll, type PolledGrant } from '../../cross-device/poll.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { findByDeviceCode } from './device-request.ts'
import { deviceGrantType } from './grant-type-name.ts'

const polled: PolledGrant = {
  grantType: deviceGrantType,
  parameter: 'device_code',
  called: 'device code',
  expired(core, { value }) {
    core.emit({ type: 'device.expired', clientId: value.authorization.clientId })
  },
}

/**
 * Gives a device its tokens once its user has approved ({@link
 * https://www.rfc-editor.org/rfc/rfc8628#section-3.4 RFC 8628 section 3.4}).
 */
export const deviceCodeGrant: GrantType = {
  name: deviceGrantType,
  publicClients: true,
  withoutUser: false,
  directRequests: 'device_authorization_endpoint',
  async decide(core, request) {
    const deviceCode = request.parameters.get('device_code')
    if (deviceCode === undefined) throw new OAuthError('invalid_request', 'missing device_code')
    return decidePoll(core, polled, request, await findByDeviceCode(core, deviceCode))
  },
}
