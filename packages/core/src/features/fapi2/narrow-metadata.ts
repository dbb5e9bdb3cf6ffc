import type { Demands } from '../../contracts/profile.ts'

type Document = Readonly<Record<string, unknown>>

/** Returns a discovery document without the values that no client may use. It adds no value to a list. */
export function narrowMetadata(document: Document, demands: Demands): Document {
  const members = Object.entries(document).map(([name, value]) => [name, narrowMember(name, value, demands)])
  return {
    ...Object.fromEntries(members),
    ...(demands.pushedRequests && { require_pushed_authorization_requests: true }),
    ...(demands.signedRequests && { require_signed_request_object: true }),
  }
}

function narrowMember(name: string, value: unknown, demands: Demands): unknown {
  const demanded = demandOf(name, demands)
  return demanded === undefined || !Array.isArray(value) ? value : value.filter((one) => demanded.includes(one))
}

function demandOf(name: string, demands: Demands): readonly string[] | undefined {
  if (name.endsWith('_auth_methods_supported')) return demands.clientAuthMethods
  if (name.endsWith('_signing_alg_values_supported')) return demands.signingAlgorithms
  if (name === 'backchannel_token_delivery_modes_supported') return demands.backchannelDeliveryModes
  return name === 'response_modes_supported' ? demands.responseModes : undefined
}
