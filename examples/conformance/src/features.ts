import type { Feature } from '@oauth/core'
import { backChannelLogout } from '@oauth/core/features/back-channel-logout'
import { frontChannelLogout } from '@oauth/core/features/front-channel-logout'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'

/** Every feature that a certification profile of OpenID Connect asks for. */
export function certificationFeatures(): readonly Feature[] {
  return [
    // Suites use the token endpoint as audience of assertions, and send request objects with the algorithm none.
    privateKeyJwt({ audiences: 'endpoints', clientSecretJwt: true }),
    jwtSecuredRequests({ unsigned: 'allowed', outsideParameters: 'merged' }),
    backChannelLogout(),
    frontChannelLogout(),
  ]
}
