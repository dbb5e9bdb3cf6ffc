import type { Demands } from '../../contracts/profile.ts'
import type { Registry } from '../../contracts/registry.ts'
import { refusedDirectGrantTypes } from '../../policy/demands.ts'

type Document = Readonly<Record<string, unknown>>

/** Returns a discovery document without the values that no client may use. It adds no value to a list. */
export function narrowMetadata(document: Document, registry: Registry, demands: Demands): Document {
  const refused = refusedDirectGrantTypes({ registry }, registry.grantTypes.keys(), demands)
  const endpoints = refused.map((name) => registry.grantTypes.get(name)?.directRequests)
  const members = Object.entries(document)
    .filter(([name]) => !endpoints.includes(name))
    .map(([name, value]) => [
      name,
      name === 'grant_types_supported' ? without(value, refused) : narrowMember(name, value, demands),
    ])
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

function without(value: unknown, names: readonly string[]): unknown {
  return Array.isArray(value) ? value.filter((one) => !names.includes(one)) : value
}

function demandOf(name: string, demands: Demands): readonly string[] | undefined {
  if (name.endsWith('_auth_methods_supported')) return demands.clientAuthMethods
  if (name.endsWith('_signing_alg_values_supported')) return demands.signingAlgorithms
  if (name === 'backchannel_token_delivery_modes_supported') return demands.backchannelDeliveryModes
  return name === 'response_modes_supported' ? demands.responseModes : undefined
}
