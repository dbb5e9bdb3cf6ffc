import type { Feature } from '@oauth/core'
import { backChannelLogout } from '@oauth/core/features/back-channel-logout'
import { conformanceReport } from '@oauth/core/features/conformance-report'
import { dpop } from '@oauth/core/features/dpop'
import { fapi2MessageSigning, fapi2SecurityProfile } from '@oauth/core/features/fapi2'
import { frontChannelLogout } from '@oauth/core/features/front-channel-logout'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import type { Variant } from './variant.ts'

type Part = () => readonly Feature[]

/** The values of `CLIENT_AUTH`, and the features of each. */
export const clientAuthentication: Readonly<Record<string, Part>> = {
  private_key_jwt: () => [privateKeyJwt()],
}

/** The values of `SENDER_CONSTRAIN`, and the features of each. */
export const senderConstraints: Readonly<Record<string, Part>> = {
  dpop: () => [dpop()],
}

/** The values of `SIGNED`, and the features of each. */
export const signedMessages: Readonly<Record<string, Part>> = {
  requests: () => [jwtSecuredRequests()],
}

/** The features of a variant. */
export function featuresOf({ profile, clientAuth, senderConstrain, signed }: Variant): readonly Feature[] {
  if (profile === 'oidc') return certificationFeatures()
  const parts = [
    clientAuthentication[clientAuth],
    senderConstraints[senderConstrain],
    ...(profile === 'fapi2-messages' ? signed.map((name) => signedMessages[name]) : []),
  ]
  // One feature may be both, for instance client certificates.
  const chosen = new Map(
    [...new Set(parts)].flatMap((part) => part?.() ?? []).map((feature) => [feature.name, feature]),
  )
  const [requests, responses, introspection] = ['requests', 'responses', 'introspection'].map((name) =>
    signed.includes(name),
  )
  return [
    ...chosen.values(),
    pushedAuthorizationRequests(),
    profile === 'fapi2' ? fapi2SecurityProfile() : fapi2MessageSigning({ requests, responses, introspection }),
    conformanceReport(),
  ]
}

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
