import { signsWithClientSecrets } from '../policy/client-support.ts'
import { refusedDirectGrantTypes } from '../policy/demands.ts'
import { isReadableOnItsWay } from '../protocol/redirect-uri.ts'
import { parseScope } from '../protocol/scope.ts'
import { messageSigning, securityProfile } from './fapi2-demands.ts'
import { type ClientFacts, type ClientRule, cannotTell, met, metIf, outside, published, type Rating } from './rule.ts'

const general = `${securityProfile}#section-5.3.2.1`
const authorizationEndpoint = `${securityProfile}#section-5.3.2.2`
const cryptography = `${securityProfile}#section-5.4.1`

/**
 * What a client must be for the FAPI 2.0 Security Profile and, as far as it is demanded, for Message Signing. A client
 * with a profile is not registered unless each of these rules is met.
 */
export const fapi2ClientRules: readonly ClientRule[] = [
  {
    id: 'fapi2-confidential-client',
    requirement: 'The client is confidential and authenticates with private_key_jwt or a TLS certificate.',
    section: general,
    rate({ metadata, target: { clientAuthMethods = [] } }) {
      const method = metadata.token_endpoint_auth_method
      const change = `register token_endpoint_auth_method ${clientAuthMethods.join(' or ')}`
      return metIf(clientAuthMethods.includes(method), change, method)
    },
  },
  {
    id: 'fapi2-assertion-algorithm',
    requirement: 'The client signs its assertions with PS256, ES256 or EdDSA.',
    section: cryptography,
    rate(facts) {
      const { metadata, inForce } = facts
      if (!signsAssertions(metadata)) return undefined
      const registered = metadata.token_endpoint_auth_signing_alg
      if (registered !== undefined) return rateAlgorithm(facts, 'token_endpoint_auth_signing_alg', registered)
      if (inForce.signingAlgorithms !== undefined) return met('by the profile')
      const possible = published(facts, 'token_endpoint_auth_signing_alg_values_supported')
      return metIf(
        outside(possible, facts.target.signingAlgorithms).length === 0,
        change('token_endpoint_auth_signing_alg'),
        `any of ${possible.join(', ')}`,
      )
    },
  },
  {
    id: 'fapi2-assertion-audience',
    requirement: 'The aud of client assertions is the issuer, as a string.',
    section: general,
    rate({ metadata, inForce }) {
      if (!signsAssertions(metadata)) return undefined
      return inForce.issuerAsAudience === true
        ? met('by the profile')
        : cannotTell(
            "use fapi2SecurityProfile() for this client, or check that privateKeyJwt() has audiences: 'issuer-string'",
          )
    },
  },
  {
    id: 'fapi2-pushes-requests',
    requirement: 'The server takes only pushed authorization requests from the client.',
    section: authorizationEndpoint,
    rate({ metadata, registry, inForce }) {
      if (!hasCodes(metadata)) return undefined
      const required =
        inForce.pushedRequests === true ||
        metadata.require_pushed_authorization_requests === true ||
        registry.serverMetadata.require_pushed_authorization_requests === true
      return metIf(required, 'register require_pushed_authorization_requests: true, or use fapi2SecurityProfile()')
    },
  },
  {
    id: 'fapi2-pkce',
    requirement: 'The server demands PKCE with S256 of the client.',
    section: authorizationEndpoint,
    rate: ({ metadata, inForce }) =>
      hasCodes(metadata)
        ? metIf(metadata.require_pkce || inForce.pkce === true, 'set require_pkce to true')
        : undefined,
  },
  {
    id: 'fapi2-direct-grant-types',
    requirement:
      'The client asks for the access of users at the authorization endpoint, or by a grant type with a FAPI profile.',
    section: authorizationEndpoint,
    rate(facts) {
      const { metadata, target } = facts
      const refused = refusedDirectGrantTypes(facts, metadata.grant_types, target)
      return refused.length === 0
        ? undefined
        : { status: 'not met', change: `leave ${refused.join(', ')} out of grant_types` }
    },
  },
  {
    id: 'fapi2-bound-tokens',
    requirement: 'Access tokens of the client are bound to a key.',
    section: general,
    rate: ({ metadata, inForce, bindsTokens }) =>
      metadata.grant_types.length === 0
        ? undefined
        : metIf(
            inForce.senderConstraints !== undefined || bindsTokens,
            'register dpop_bound_access_tokens: true or tls_client_certificate_bound_access_tokens: true, or use fapi2SecurityProfile()',
          ),
  },
  {
    id: 'fapi2-id-tokens',
    requirement: 'ID tokens of the client are signed with PS256, ES256 or EdDSA.',
    section: cryptography,
    rate(facts) {
      const { metadata, config } = facts
      if (!hasCodes(metadata) || parseScope(metadata.scope)?.includes('openid') !== true) return undefined
      const algorithm = signsWithClientSecrets(facts)
        ? 'HS256'
        : (metadata.id_token_signed_response_alg ?? config.idTokenAlgorithm)
      return rateAlgorithm(facts, 'id_token_signed_response_alg', algorithm)
    },
  },
  {
    id: 'fapi2-userinfo',
    requirement: 'Userinfo that is a JWT is signed with PS256, ES256 or EdDSA.',
    section: cryptography,
    rate: (facts) => rateAlgorithm(facts, 'userinfo_signed_response_alg', facts.metadata.userinfo_signed_response_alg),
  },
  {
    id: 'fapi2-redirect-uris',
    requirement: 'Redirect URIs use https; only a native client has loopback addresses with http.',
    section: authorizationEndpoint,
    rate({ metadata }) {
      const native = metadata.application_type === 'native'
      const plain = metadata.redirect_uris.filter((uri) => isReadableOnItsWay(uri, native))
      return metIf(plain.length === 0, `replace the redirect URI ${plain[0]} by one with https`)
    },
  },
  {
    id: 'fapi2-request-object-algorithm',
    requirement: 'The client signs its request objects with PS256, ES256 or EdDSA.',
    section: cryptography,
    rate: (facts) => rateAlgorithm(facts, 'request_object_signing_alg', facts.metadata.request_object_signing_alg),
  },
  {
    id: 'fapi2-signs-requests',
    requirement: 'The server takes only signed authorization requests from the client.',
    section: `${messageSigning}#section-5.3.1`,
    rate({ metadata, registry, inForce, target }) {
      if (target.signedRequests !== true || !hasCodes(metadata)) return undefined
      const required =
        inForce.signedRequests === true ||
        metadata.require_signed_request_object === true ||
        registry.serverMetadata.require_signed_request_object === true
      return metIf(required, 'register require_signed_request_object: true, or use fapi2MessageSigning()')
    },
  },
  {
    id: 'fapi2-gets-signed-responses',
    requirement: 'The server signs the authorization responses of the client, with PS256, ES256 or EdDSA.',
    section: `${messageSigning}#section-5.4.1`,
    rate(facts) {
      const member = 'authorization_signed_response_alg'
      const registered = textOf(facts, member)
      if (!hasCodes(facts.metadata)) return undefined
      if (facts.target.responseModes === undefined) return rateAlgorithm(facts, member, registered)
      if (facts.inForce.responseModes === undefined) {
        return { status: 'not met', change: 'use fapi2MessageSigning(): the client may ask for plain responses' }
      }
      // Clients expect RS256 where they have not registered the member.
      return rateAlgorithm(facts, member, registered ?? 'RS256')
    },
  },
  {
    id: 'fapi2-gets-signed-introspection',
    requirement: 'The server signs the introspection responses of the client, with PS256, ES256 or EdDSA.',
    section: `${messageSigning}#section-5.5.1`,
    rate(facts) {
      const { metadata, target, inForce } = facts
      const member = 'introspection_signed_response_alg'
      const registered = textOf(facts, member)
      const isApi = metadata.introspect_without_resource === true || (metadata.resources ?? []).length > 0
      if (!isApi && registered === undefined) return undefined
      if (target.signedIntrospection !== true) return rateAlgorithm(facts, member, registered)
      if (inForce.signedIntrospection !== true) {
        return { status: 'not met', change: 'use fapi2MessageSigning(): the client may introspect without a signature' }
      }
      return rateAlgorithm(facts, member, registered ?? 'RS256')
    },
  },
]

/** The parameter is any text: a program without `privateKeyJwt()` does not have the name in the type of the member. */
function signsAssertions({ token_endpoint_auth_method }: { readonly token_endpoint_auth_method: string }): boolean {
  return token_endpoint_auth_method === 'private_key_jwt'
}

function hasCodes({ grant_types }: ClientFacts['metadata']): boolean {
  return grant_types.includes('authorization_code')
}

/** Reads a member that a feature brings, whether or not this process has the feature. */
function textOf({ metadata }: ClientFacts, member: string): string | undefined {
  const value = (metadata as unknown as Readonly<Record<string, unknown>>)[member]
  return typeof value === 'string' ? value : undefined
}

/** Rates an algorithm that is registered, or that is the default; `undefined` when there is none. */
function rateAlgorithm({ target }: ClientFacts, member: string, algorithm: string | undefined): Rating | undefined {
  if (algorithm === undefined) return undefined
  return metIf(outside([algorithm], target.signingAlgorithms).length === 0, change(member), algorithm)
}

function change(member: string): string {
  return `register ${member} PS256, ES256 or EdDSA`
}
