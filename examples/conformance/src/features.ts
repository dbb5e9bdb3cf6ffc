import type { Feature } from '@oauth/core'
import { backChannelLogout } from '@oauth/core/features/back-channel-logout'
import { frontChannelLogout } from '@oauth/core/features/front-channel-logout'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'

/** Every feature that a certification profile of OpenID Connect asks for. */
export function certificationFeatures(): readonly Feature[] {
  return [
    // Suites address their assertions to the token endpoint, and sign request objects with nothing.
    privateKeyJwt({ audiences: 'endpoints', clientSecretJwt: true }),
    jwtSecuredRequests({ unsigned: 'allowed', outsideParameters: 'merged' }),
    backChannelLogout(),
    frontChannelLogout(),
  ]
}
