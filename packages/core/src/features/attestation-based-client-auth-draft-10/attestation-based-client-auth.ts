import { checkTrust } from '../../assertions/trust.ts'
import type { Feature } from '../../contracts/feature.ts'
import { createNonces } from '../../tokens/server-nonces.ts'
import { challengeEndpoint, challengeEndpointName } from './challenges.ts'
import { codeBinding } from './code-binding.ts'
import { attestationMethods } from './methods.ts'
import { featureName } from './names.ts'
import {
  type AttestationBasedClientAuthDraft10Options,
  type AttestationRules,
  type ClientAttester,
  parseAttestationOptions,
} from './options.ts'

export type { AttestationBasedClientAuthDraft10Options, ClientAttester }

declare module '../../protocol/feature-client-metadata.ts' {
  interface ClientAuthMethodNames {
    /** Of the experimental feature `attestation-based-client-auth-draft-10`. */
    attest_jwt_client_auth: true
    /** Of the experimental feature `attestation-based-client-auth-draft-10`, with the option `dpopCombinedMode`. */
    attest_jwt_client_auth_dpop: true
  }
}

/**
 * EXPERIMENTAL: this feature follows draft 10 of a standard that is not finished, and may change or go in any release. Each
 * copy of an app authenticates with a key of its own, for which the app's backend, the attester, vouches in a JWT ({@link
 * https://datatracker.ietf.org/doc/html/draft-ietf-oauth-attestation-based-client-auth-10
 * draft-ietf-oauth-attestation-based-client-auth-10}). An app on a phone so is no public client, and there is no secret in it.
 * Refresh tokens are bound to the key of the copy that got them.
 * @throws {TypeError} when an option is unknown, missing or wrong
 * @example
 * ```ts
 * const provider = createProvider({
 *   features: [
 *     experimentalAttestationBasedClientAuthDraft10({
 *       attesters: [{ name: 'app backend', jwksUri: 'https://app.example.com/attester.json', clients: [clientId] }],
 *     }),
 *   ],
 *   ...
 * })
 * await provider.registerClient({
 *   token_endpoint_auth_method: 'attest_jwt_client_auth',
 *   application_type: 'native',
 *   redirect_uris: ['com.example.app:/callback'],
 * })
 * ```
 */
export function experimentalAttestationBasedClientAuthDraft10(
  options: AttestationBasedClientAuthDraft10Options,
): Feature<'experimentalAttestationBasedClientAuthDraft10'> {
  const rules = parseAttestationOptions(options)
  return Object.freeze<Feature<'experimentalAttestationBasedClientAuthDraft10'>>({
    name: featureName,
    ...(rules.dpopCombinedMode && { requires: ['dpop'] }),
    start(core) {
      checkTrust(`${featureName}: attesters`, rules.attesters, core.config)
      const challenges = createNonces(core)
      return {
        clientAuthMethods: attestationMethods({ rules, challenges }),
        authorizationParameters: [codeBinding],
        errors: { use_attestation_challenge: 400, use_fresh_attestation: 400, invalid_client_attestation: 400 },
        serverMetadata: serverMetadata(rules),
        ...(rules.requireChallenge && {
          endpoints: [challengeEndpoint(challenges)],
          rateLimits: { [challengeEndpointName]: { address: 120 } },
        }),
      }
    },
  })
}

function serverMetadata({ attesters, popSigningAlgorithms, dpopCombinedMode }: AttestationRules) {
  return {
    client_attestation_signing_alg_values_supported: [...new Set(attesters.flatMap(({ algorithms }) => algorithms))],
    client_attestation_pop_signing_alg_values_supported: popSigningAlgorithms,
    // For clients that authenticate otherwise: an attestation beside is checked, and not demanded.
    client_attestation_pop_methods_supported: [
      'attestation_pop_jwt',
      ...(dpopCombinedMode ? ['dpop_combined'] : []),
      'none',
    ],
  }
}
