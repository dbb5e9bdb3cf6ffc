import { signsWithClientSecrets } from '../policy/client-support.ts'
import { clockTolerance } from '../policy/clock-skew.ts'
import { allowed } from '../policy/demands.ts'
import { leastRefreshRetry, messageSigning, securityProfile } from './fapi2-demands.ts'
import { met, metIf, outside, published, type ServerFacts, type ServerRule } from './rule.ts'

const general = `${securityProfile}#section-5.3.2.1`
const authorizationEndpoint = `${securityProfile}#section-5.3.2.2`
const cryptography = `${securityProfile}#section-5.4.1`

/**
 * What a server must be able to do for the FAPI 2.0 Security Profile and, as far as it is demanded, for Message Signing.
 * A provider with a profile does not start unless each of these rules is met.
 */
export const fapi2ServerRules: readonly ServerRule[] = [
  {
    id: 'fapi2-client-authentication',
    requirement: 'Clients can authenticate with private_key_jwt or a TLS certificate.',
    section: general,
    rate: ({ registry, target: { clientAuthMethods = [] } }) =>
      metIf(
        clientAuthMethods.some((method) => registry.clientAuthMethods.has(method)),
        'add the feature privateKeyJwt() from @oauth/core/features/private-key-jwt, or mutualTls() from @oauth/core/features/mutual-tls, to features',
      ),
  },
  {
    id: 'fapi2-pushed-requests',
    requirement: 'Clients can push their authorization requests.',
    section: authorizationEndpoint,
    rate: ({ registry }) =>
      metIf(
        registry.endpoints.some(({ metadata }) => metadata === 'pushed_authorization_request_endpoint'),
        'add the feature pushedAuthorizationRequests() from @oauth/core/features/pushed-authorization-requests to features',
      ),
  },
  {
    id: 'fapi2-sender-constraint',
    requirement: 'Access tokens can be bound to a key of the client.',
    section: general,
    rate: ({ registry, target: { senderConstraints = [] } }) =>
      metIf(
        senderConstraints.some((name) => registry.senderConstraints.has(name)),
        'add the feature dpop() from @oauth/core/features/dpop, or mutualTls() from @oauth/core/features/mutual-tls, to features',
      ),
  },
  {
    id: 'fapi2-code-lifetime',
    requirement: 'Authorization codes live for at most 60 seconds.',
    section: authorizationEndpoint,
    rate({ config, inForce, target: { codeLifetime = 0 } }) {
      const lifetime = Math.min(config.lifetimes.authorizationCode, inForce.codeLifetime ?? Number.POSITIVE_INFINITY)
      return metIf(
        lifetime <= codeLifetime,
        `set the option authorizationCodeTtlSeconds to at most ${codeLifetime}`,
        `${lifetime} s`,
      )
    },
  },
  {
    id: 'fapi2-refresh-retry',
    requirement: 'A client that lost the answer to a refresh can repeat it with its old refresh token.',
    section: general,
    rate({ config }) {
      if (!config.grantTypes.includes('refresh_token')) return undefined
      const window = config.lifetimes.refreshTokenReuseWindow
      const change = `set the option refreshTokenReuseWindowSeconds to at least ${leastRefreshRetry}`
      return metIf(window >= leastRefreshRetry, change, `refresh tokens rotate, and the old one works for ${window} s`)
    },
  },
  {
    id: 'fapi2-id-token-algorithm',
    requirement: 'ID tokens can be signed with PS256, ES256 or EdDSA.',
    section: cryptography,
    rate: (facts) =>
      metIf(
        !signsWithClientSecrets(facts) &&
          allowed(facts.config.idTokenAlgorithms, facts.target.signingAlgorithms).length > 0,
        signsWithClientSecrets(facts)
          ? 'leave the option disableJwtPlugin out: ID tokens are signed with client secrets now'
          : "set the option idTokenSigningAlgorithm to 'PS256', 'ES256' or 'EdDSA'",
        facts.config.idTokenAlgorithms.join(', '),
      ),
  },
  {
    id: 'fapi2-access-token-algorithm',
    requirement: 'Access tokens that are JWTs are signed with PS256, ES256 or EdDSA.',
    section: cryptography,
    rate(facts) {
      const { config, target } = facts
      if (signsWithClientSecrets(facts)) return undefined
      const formats = [config.accessTokenFormat, ...config.resourceFormats.values()]
      const used = [...new Set(formats.map(({ algorithm }) => algorithm))]
      const change =
        "set the option accessTokenSigningAlgorithm, and that of each resource in resourceOptions, to 'PS256', 'ES256' or 'EdDSA'"
      return metIf(outside(used, target.signingAlgorithms).length === 0, change, used.join(', '))
    },
  },
  {
    id: 'fapi2-dpop-algorithm',
    requirement: 'DPoP proofs are signed with PS256, ES256 or EdDSA.',
    section: cryptography,
    rate(facts) {
      if (!facts.registry.senderConstraints.has('jkt')) return undefined
      const names = published(facts, 'dpop_signing_alg_values_supported')
      const others = outside(names, facts.target.signingAlgorithms)
      return metIf(
        others.length === 0,
        `leave ${others.join(', ')} out of the option signingAlgorithms of dpop()`,
        names.join(', '),
      )
    },
  },
  {
    id: 'fapi2-issuer-in-responses',
    requirement: 'Authorization responses name the issuer (iss).',
    section: authorizationEndpoint,
    rate: () => met(),
  },
  {
    id: 'fapi2-clock',
    requirement: 'JWTs of clients may be 10 seconds in the future, and no more than 60.',
    section: general,
    rate: () => met(`${clockTolerance} s`),
  },
  {
    id: 'fapi2-signed-requests',
    requirement: 'Clients can sign their authorization requests.',
    section: `${messageSigning}#section-5.3.1`,
    rate(facts) {
      if (facts.target.signedRequests !== true) return undefined
      const algorithms = usable(facts, 'request_object_signing_alg_values_supported')
      const change =
        'add the feature jwtSecuredRequests() from @oauth/core/features/jwt-secured-requests, with PS256, ES256 or EdDSA in signingAlgorithms'
      return metIf(facts.registry.serverMetadata.request_parameter_supported === true && algorithms.length > 0, change)
    },
  },
  {
    id: 'fapi2-signed-responses',
    requirement: 'The server can sign its authorization responses.',
    section: `${messageSigning}#section-5.4.1`,
    rate: ({ registry, target: { responseModes } }) =>
      responseModes &&
      metIf(
        responseModes.some((mode) => registry.responseModes.has(mode)),
        'add the feature jarm() from @oauth/core/features/jarm to features',
      ),
  },
  {
    id: 'fapi2-signed-introspection',
    requirement: 'The server can sign its introspection responses.',
    section: `${messageSigning}#section-5.5.1`,
    rate: (facts) =>
      facts.target.signedIntrospection &&
      metIf(
        usable(facts, 'introspection_signing_alg_values_supported').length > 0,
        'add the feature jwtIntrospection() from @oauth/core/features/jwt-introspection to features',
      ),
  },
]

/** Returns those algorithms at a discovery member that the standard allows. */
function usable(facts: ServerFacts, member: string): readonly string[] {
  return allowed(published(facts, member), facts.target.signingAlgorithms)
}
