import type { Feature } from '@oauth/core'
import { backChannelLogout } from '@oauth/core/features/back-channel-logout'
import { conformanceReport } from '@oauth/core/features/conformance-report'
import { dpop } from '@oauth/core/features/dpop'
import { fapi2MessageSigning, fapi2SecurityProfile } from '@oauth/core/features/fapi2'
import { frontChannelLogout } from '@oauth/core/features/front-channel-logout'
import { jarm } from '@oauth/core/features/jarm'
import { jwtIntrospection } from '@oauth/core/features/jwt-introspection'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { mutualTls, socketCertificate } from '@oauth/core/features/mutual-tls'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import {
  commonFields,
  coversCommonFields,
  richAuthorizationRequests,
} from '@oauth/core/features/rich-authorization-requests'
import { socketOf } from './sockets.ts'
import type { Variant } from './variant.ts'

type Part = () => readonly Feature[]

/** Certificates of clients, from the TLS connection of each request. */
const certificates = (required: boolean): Feature =>
  mutualTls({ clientCertificate: (request) => socketCertificate(socketOf(request)), required })

/** The values of `CLIENT_AUTH`, and the features of each. */
export const clientAuthentication: Readonly<Record<string, Part>> = {
  private_key_jwt: () => [privateKeyJwt()],
  mtls: () => [certificates(false)],
}

/** The values of `SENDER_CONSTRAIN`, and the features of each. */
export const senderConstraints: Readonly<Record<string, Part>> = {
  dpop: () => [dpop({ required: true })],
  mtls: () => [certificates(true)],
}

/** The values of `SIGNED`, and the features of each. */
export const signedMessages: Readonly<Record<string, Part>> = {
  requests: () => [jwtSecuredRequests()],
  responses: () => [jarm()],
  introspection: () => [jwtIntrospection()],
}

/** The values of `AUTHORIZATION_REQUEST_TYPE`, and the features of each. */
export const requestTypes: Readonly<Record<string, Part>> = {
  simple: () => [],
  rar: () => [richAuthorizationRequests({ types: { account_information: accounts } })],
}

/** The type of the authorization details that the host has for suites. */
const accounts = {
  schema: commonFields({ actions: ['list_accounts', 'read_balances', 'read_transactions'], identifier: true }),
  describe: () => 'See your accounts',
  covers: coversCommonFields,
}

/** Whether the host must ask clients for certificates. */
export function usesCertificates({ profile, clientAuth, senderConstrain }: Variant): boolean {
  return profile !== 'oidc' && [clientAuth, senderConstrain].includes('mtls')
}

/** The features of a variant. */
export function featuresOf(variant: Variant): readonly Feature[] {
  const { profile, clientAuth, senderConstrain, signed, requestType } = variant
  if (profile === 'oidc') return certificationFeatures()
  const parts = [
    clientAuthentication[clientAuth],
    senderConstraints[senderConstrain],
    ...(profile === 'fapi2-messages' ? signed.map((name) => signedMessages[name]) : []),
    requestTypes[requestType],
  ]
  // Client certificates may be both: then what binds tokens counts, which comes last.
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
