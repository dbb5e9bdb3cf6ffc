import * as v from 'valibot'
import type { Feature } from '../../contracts/feature.ts'
import { challengeEndpoint, challengeEndpointName } from './challenge.ts'
import {
  type AuthorizationChallenge,
  type ChallengeAnswer,
  type FirstPartyAppsDraft03Options,
  parseChallengeOptions,
} from './options.ts'

export type { AuthorizationChallenge, ChallengeAnswer, FirstPartyAppsDraft03Options }

/**
 * EXPERIMENTAL: this feature follows draft 03 of a standard that is not finished, and may change or go in any release. A
 * first-party application, whose user knows it as yours, signs its users in with pages of its own instead of a browser
 * ({@link https://datatracker.ietf.org/doc/html/draft-ietf-oauth-first-party-apps-03 draft-ietf-oauth-first-party-apps-03}).
 * Only clients that the server side has registered with `first_party_application: true` may do so. The user is not asked for
 * consent: the application is yours.
 * @throws {TypeError} when an option is unknown, missing or wrong
 * @example
 * ```ts
 * createProvider({ features: [experimentalFirstPartyAppsDraft03({ challenge: authenticate })], ... })
 * ```
 */
export function experimentalFirstPartyAppsDraft03(
  options: FirstPartyAppsDraft03Options,
): Feature<'experimentalFirstPartyAppsDraft03'> {
  const rules = parseChallengeOptions(options)
  return Object.freeze<Feature<'experimentalFirstPartyAppsDraft03'>>({
    name: 'experimentalFirstPartyAppsDraft03',
    requires: ['authorization_code'],
    start: () => ({
      endpoints: [challengeEndpoint(rules)],
      clientMetadata: [{ members: { first_party_application: v.boolean() }, serverSideOnly: true }],
      errors: { insufficient_authorization: 400, invalid_session: 400, redirect_to_web: 400 },
      rateLimits: { [challengeEndpointName]: { address: 60, client: 600 } },
    }),
  })
}
