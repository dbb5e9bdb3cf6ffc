import type { OpenEndpoint } from '../../contracts/endpoint.ts'
import { json } from '../../http/json.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { Nonces } from '../../tokens/server-nonces.ts'
import { challengeHeader } from './names.ts'

/** The name of the endpoint, in `provider.handlers` and of its rate limit. */
export const challengeEndpointName = 'attestationChallenge'

/**
 * The challenge endpoint, where instances get a challenge for their next proofs
 * (draft-ietf-oauth-attestation-based-client-auth-10, "Providing Challenges through the Challenge Endpoint").
 */
export function challengeEndpoint(challenges: Nonces): OpenEndpoint {
  return {
    name: challengeEndpointName,
    path: '/oauth2/attestation-challenge',
    methods: ['POST'],
    errors: 'json',
    cors: 'any',
    rateLimit: challengeEndpointName,
    metadata: 'challenge_endpoint',
    handle: async () => json(200, { attestation_challenge: await challenges.current() }),
  }
}

/**
 * Checks the challenge of a proof. A challenge that is not demanded counts when it is there.
 * @param challenge the claim `challenge`, or `nonce` of a DPoP proof
 * @returns the time from which the challenge is refused; `undefined` where there is none
 * @throws {OAuthError} `use_attestation_challenge`, with a new one
 */
export async function checkChallenge(
  challenges: Nonces,
  challenge: unknown,
  required: boolean,
): Promise<number | undefined> {
  if (challenge === undefined && !required) return undefined
  const ends = typeof challenge === 'string' ? await challenges.refusedFrom(challenge) : undefined
  if (ends !== undefined) return ends
  throw new OAuthError(
    'use_attestation_challenge',
    `repeat the request with the challenge of the header ${challengeHeader} in the proof`,
    { headers: { [challengeHeader.toLowerCase()]: await challenges.current() } },
  )
}

/** Whether an error asks the client to repeat the request, so that it is no refusal of credentials. */
export function asksForRepetition({ code }: OAuthError): boolean {
  return code === 'use_attestation_challenge' || code === 'use_dpop_nonce'
}
