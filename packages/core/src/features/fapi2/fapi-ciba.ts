import { securityDemands } from '../../conformance/fapi2-demands.ts'
import type { Context } from '../../contracts/context.ts'
import type { Demands } from '../../contracts/profile.ts'
import { allowed } from '../../policy/demands.ts'

const cibaGrantType = 'urn:openid:params:grant-type:ciba'

const { clientAuthMethods = [], signingAlgorithms = [], senderConstraints = [] } = securityDemands

/** What FAPI-CIBA demands ({@link https://openid.net/specs/openid-financial-api-ciba-ID1.html}), with the algorithms of FAPI 2.0. */
export const cibaDemands: Demands = Object.freeze<Demands>({
  clientAuthMethods,
  signingAlgorithms,
  senderConstraints,
  directGrantTypes: [cibaGrantType],
  signedBackchannelRequests: true,
  backchannelContext: true,
  backchannelDeliveryModes: ['poll', 'ping'],
})

/** Returns what a server lacks for FAPI-CIBA. */
export function cibaFaults({ config, registry }: Context): readonly string[] {
  const faults: string[] = []
  if (!registry.grantTypes.has(cibaGrantType)) {
    faults.push('install the feature ciba() from @oauth/core/features/backchannel-authentication')
  }
  if (!clientAuthMethods.some((method) => registry.clientAuthMethods.has(method))) {
    faults.push('install privateKeyJwt() or mutualTls(), by which clients authenticate')
  }
  if (!senderConstraints.some((name) => registry.senderConstraints.has(name))) {
    faults.push('install dpop() or mutualTls(), which bind tokens to a key')
  }
  if (allowed(config.idTokenAlgorithms, signingAlgorithms).length === 0) {
    faults.push(`set idTokenSigningAlgorithm to one of ${signingAlgorithms.join(', ')}`)
  }
  return faults
}
