import type { ProvedKey } from '../../contracts/client-instance.ts'
import type { Context } from '../../contracts/context.ts'
import { holderKey, holderKeyFor } from '../../keys/holder-key.ts'
import { holderThumbprint, verifyHolderSignature } from '../../keys/holder-signature.ts'
import { decodeUnverifiedJwt } from '../../keys/unverified-jwt.ts'
import { clockTolerance } from '../../policy/clock-skew.ts'
import { ageProblem, nonceTolerance } from '../../policy/proof-age.ts'
import { claimOnce } from '../../records/replays.ts'
import type { ClientRecord } from '../../storage/client.ts'
import type { Nonces } from '../../tokens/server-nonces.ts'
import { type Attester, signersOf } from './attesters.ts'
import { checkChallenge } from './challenges.ts'
import { checkAttestationTimes, checkPopClaims } from './check-claims.ts'
import type { AttestationRules } from './options.ts'
import { type HeaderJwt, invalidAttestation, type PresentedAttestation } from './presented.ts'

/** What a verification needs beside the request. */
export interface Checker {
  readonly rules: AttestationRules
  readonly challenges: Nonces
}

/** A client attestation of a trusted attester. That the client holds the key is not proved yet. */
export interface Attested {
  readonly signers: readonly Attester[]
  /** The key of the instance, as the attestation has it. */
  readonly jwk: unknown
  /** The time from which the challenge of the proof is refused. */
  readonly challengeEnds: number | undefined
}

/**
 * Verifies a client attestation (draft-ietf-oauth-attestation-based-client-auth-10, "Verification and Processing"). The
 * answer does not depend on the client, so that nobody learns which clients exist.
 * @throws {OAuthError} `use_attestation_challenge`, `use_fresh_attestation` or `invalid_client_attestation`
 */
export async function verifyAttestation(
  ctx: Context,
  { rules, challenges }: Checker,
  request: Request,
  { attestation, pop }: PresentedAttestation,
): Promise<Attested> {
  const challenge = pop === undefined ? dpopClaims(request)?.nonce : pop.claims.challenge
  const challengeEnds = await checkChallenge(challenges, challenge, rules.requireChallenge)
  const signers = await signersOf(ctx, rules.attesters, attestation.jwt)
  if (typeof signers === 'string') {
    throw invalidAttestation('no trusted attester has signed the client attestation', `client attestation: ${signers}`)
  }
  checkAttestationTimes(attestation.claims, ctx.clock.now(), rules.maxAttestationAge)
  const { cnf } = attestation.claims
  const jwk = typeof cnf === 'object' && cnf !== null ? (cnf as { readonly jwk?: unknown }).jwk : undefined
  const key = holderKey(jwk)
  if (typeof key === 'string') throw invalidAttestation(`cnf.jwk of the client attestation ${key}`)
  return { signers, jwk, challengeEnds }
}

/**
 * Verifies the proof that the client holds the key of the attestation, and uses the proof up.
 * @returns the thumbprint of the key
 * @throws {OAuthError} `invalid_client_attestation`
 */
export async function verifyPop(ctx: Context, { rules }: Checker, pop: HeaderJwt, attested: Attested): Promise<string> {
  const { alg } = pop.header
  if (typeof alg !== 'string' || !rules.popSigningAlgorithms.includes(alg)) {
    throw invalidAttestation(`alg of the proof must be one of ${rules.popSigningAlgorithms.join(', ')}`)
  }
  const jwk = holderKeyFor(attested.jwk, alg)
  if (typeof jwk === 'string') throw invalidAttestation(`cnf.jwk of the client attestation ${jwk}, as the proof has it`)
  const jti = checkPopClaims(pop.claims, ctx.config.issuer)
  const { challengeEnds } = attested
  const limits =
    challengeEnds === undefined
      ? { maxAge: rules.popMaxAge, maxAhead: clockTolerance }
      : { maxAge: nonceTolerance, maxAhead: nonceTolerance }
  const old = ageProblem(pop.claims, { now: ctx.clock.now(), ...limits })
  if (old !== undefined) throw invalidAttestation(`proof of the client instance: ${old}`)
  const thumbprint = await verifyHolderSignature({ jwt: pop.jwt, jwk, algorithm: alg })
  if (thumbprint === undefined)
    throw invalidAttestation('the proof is not signed with the key of the client attestation')
  // It is remembered for as long as it could be accepted with its challenge or without one.
  const byAge = Math.ceil(pop.claims.iat as number) + rules.popMaxAge + 1
  const refusedFrom = Math.max(byAge, challengeEnds ?? 0) + clockTolerance
  if (await claimOnce(ctx, { purpose: 'client attestation', clientId: thumbprint, value: jti, refusedFrom }))
    return thumbprint
  throw invalidAttestation('the proof was used before: make a new one, with another jti, for each request')
}

/**
 * Verifies that the DPoP proof of the request is one of the key of the attestation (section "DPoP Combined Mode").
 * @returns the proof, whose confirmation is the thumbprint of the key
 * @throws {OAuthError} `invalid_client_attestation` for another key, and what the feature `dpop` throws
 */
export async function verifyDpop(
  ctx: Context,
  request: Request,
  { jwk }: Attested,
  { client, endpoint }: { readonly client: ClientRecord; readonly endpoint: string | undefined },
): Promise<ProvedKey> {
  const constraint = ctx.registry.senderConstraints.get('jkt')
  if (constraint === undefined || endpoint === undefined) {
    throw invalidAttestation('a DPoP proof does not authenticate a client here: send OAuth-Client-Attestation-PoP')
  }
  const expected = await keyOf(jwk)
  // A proof of another key is not used up.
  const claimed = await keyOf(dpopJwt(request)?.header.jwk)
  const proof = claimed === expected ? await constraint.prove(ctx, request, { endpoint, client }) : undefined
  if (proof?.confirmation === expected && proof !== undefined) {
    return { confirmation: constraint.confirmation, endpoint, proof }
  }
  throw invalidAttestation('the DPoP proof is not one of the key in the client attestation')
}

async function keyOf(jwk: unknown): Promise<string | undefined> {
  const key = holderKey(jwk)
  return typeof key === 'string' ? undefined : holderThumbprint(key)
}

function dpopJwt({ headers }: Request) {
  return decodeUnverifiedJwt(headers.get('dpop') ?? '')
}

function dpopClaims(request: Request) {
  return dpopJwt(request)?.claims
}
