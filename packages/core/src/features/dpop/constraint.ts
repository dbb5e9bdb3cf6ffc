import type { Context } from '../../contracts/context.ts'
import type { Core } from '../../contracts/core.ts'
import type { Proof, ProofFacts, SenderConstraint } from '../../contracts/sender-constraint.ts'
import { sha256 } from '../../crypto/hash.ts'
import { verifyHolderSignature } from '../../keys/holder-signature.ts'
import { clockTolerance } from '../../policy/clock-skew.ts'
import { ageProblem, nonceTolerance } from '../../policy/proof-age.ts'
import { endpointPaths } from '../../protocol/endpoint-paths.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { claimOnce } from '../../records/replays.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { withProofHeaders } from '../../tokens/binding.ts'
import { createNonces, type Nonces } from '../../tokens/server-nonces.ts'
import { claimProblem } from './check-claims.ts'
import { codeParameter } from './code-binding.ts'
import type { DpopRules } from './options.ts'
import { type DecodedProof, decodeProof } from './proof.ts'
import { normalizeTargetUri } from './target-uri.ts'

interface Checker {
  readonly ctx: Context
  readonly rules: DpopRules
  readonly nonces: Nonces
}

/** Reads and verifies DPoP proofs ({@link https://www.rfc-editor.org/rfc/rfc9449#section-4.3 RFC 9449 section 4.3}). */
export function dpopConstraint(core: Core, rules: DpopRules): SenderConstraint {
  const nonces = createNonces(core)
  const tokenEndpoint = core.config.issuer + endpointPaths.token
  return {
    confirmation: 'jkt',
    tokenType: 'DPoP',
    challenge: { algs: rules.signingAlgorithms.join(' ') },
    codeParameter,
    requestHeaders: ['DPoP'],
    responseHeaders: ['DPoP-Nonce'],
    prove(ctx, request, facts) {
      const header = request.headers.get('dpop')
      if (header !== null) return readProof({ ctx, rules, nonces }, header, request.method, facts)
      // Elsewhere, for instance at PAR, a client may leave it out. What is issued there is held to checkIssuance.
      if (facts.client !== undefined && facts.endpoint === tokenEndpoint) demandOfClient(rules, facts.client)
      return undefined
    },
    checkIssuance(_ctx, { client, resources, binding }) {
      if (binding?.cnf.jkt !== undefined) return
      demandOfClient(rules, client)
      const demanding = resources.find((resource) => rules.requiredForResources.includes(resource))
      if (demanding !== undefined) throw missing(`access tokens for ${demanding} must be bound to a key`)
    },
  }
}

/** @throws {OAuthError} `invalid_request` when the client must bind its tokens, or every client must */
function demandOfClient({ required }: DpopRules, { metadata }: ClientRecord): void {
  if (metadata.dpop_bound_access_tokens === true)
    throw missing('the client is registered with dpop_bound_access_tokens')
  if (required) throw missing('access tokens of this server must be bound to a key')
}

function missing(reason: string): OAuthError {
  return new OAuthError('invalid_request', `${reason}: send a DPoP proof in the header DPoP`)
}

/**
 * Verifies a proof. It costs one signature verification and one insert, which comes last: a proof that is refused is not
 * used up.
 */
async function readProof(checker: Checker, header: string, method: string, facts: ProofFacts): Promise<Proof> {
  const proof = decodeProof(header, checker.rules.signingAlgorithms)
  if (typeof proof === 'string') throw wrong(proof, facts)
  const tokenHash = facts.accessToken === undefined ? undefined : await sha256(facts.accessToken)
  const { endpoint } = facts
  const problem = claimProblem(proof.claims, { method, endpoint, ...(tokenHash !== undefined && { tokenHash }) })
  if (problem !== undefined) throw wrong(problem, facts)

  const nonceEnds = (await needsNonce(checker, facts)) ? await checkNonce(checker, proof, facts) : undefined
  const headers = nonceEnds === undefined ? {} : { 'dpop-nonce': await checker.nonces.current() }
  return withProofHeaders(headers, async () => {
    const confirmation = await verify(checker, proof, nonceEnds, facts)
    return { confirmation, headers }
  })
}

/** Verifies age and signature of a proof whose claims are right, and uses it up. */
async function verify(
  checker: Checker,
  proof: DecodedProof,
  nonceEnds: number | undefined,
  facts: ProofFacts,
): Promise<string> {
  const { ctx, rules } = checker
  const limits = { maxAge: rules.maxAgeSeconds, maxAhead: clockTolerance }
  const wide = { maxAge: nonceTolerance, maxAhead: nonceTolerance }
  const stale = ageProblem(proof.claims, { now: ctx.clock.now(), ...(nonceEnds === undefined ? limits : wide) })
  if (stale !== undefined) throw wrong(stale, facts)

  const thumbprint = await verifyHolderSignature(proof)
  if (thumbprint === undefined) throw wrong('the proof is not signed with the key in jwk', facts)
  await claim(checker, proof, { thumbprint, nonceEnds: nonceEnds ?? 0 }, facts)
  return thumbprint
}

/** Whether the client of a request has to use nonces: the one that authenticated, or the one of the access token. */
async function needsNonce({ ctx, rules }: Checker, facts: ProofFacts): Promise<boolean> {
  const { requireNonce } = rules
  if (typeof requireNonce === 'boolean') return requireNonce
  const client = facts.client ?? (await ctx.clients.findNamed(facts.tokenClientId ?? ''))
  if (client === undefined) return true
  const answer = requireNonce(client)
  if (typeof answer !== 'boolean') throw new TypeError('dpop: requireNonce must answer true or false for each client')
  return answer
}

/**
 * Returns the time from which the nonce of a proof is refused.
 * @throws {OAuthError} `use_dpop_nonce`, with a nonce
 */
async function checkNonce({ nonces }: Checker, { claims }: DecodedProof, facts: ProofFacts): Promise<number> {
  const ends = typeof claims.nonce === 'string' ? await nonces.refusedFrom(claims.nonce) : undefined
  if (ends !== undefined) return ends
  throw new OAuthError('use_dpop_nonce', 'repeat the request with the nonce of the header DPoP-Nonce in the proof', {
    status: statusFor(facts),
    headers: { 'dpop-nonce': await nonces.current() },
  })
}

interface Claim {
  readonly thumbprint: string
  readonly nonceEnds: number
}

/**
 * Uses the proof up ({@link https://www.rfc-editor.org/rfc/rfc9449#section-11.1 RFC 9449 section 11.1}), for as long as it
 * could be accepted with or without its nonce.
 * @throws {OAuthError} `invalid_dpop_proof` when it was used before
 */
async function claim({ ctx, rules }: Checker, { claims }: DecodedProof, used: Claim, facts: ProofFacts): Promise<void> {
  const { thumbprint, nonceEnds } = used
  const first = await claimOnce(ctx, {
    purpose: 'dpop',
    clientId: thumbprint,
    value: JSON.stringify([normalizeTargetUri(facts.endpoint), claims.jti]),
    // The clock of a process that purges may be ahead of one that still accepts the proof.
    refusedFrom: Math.max(Math.ceil(claims.iat as number) + rules.maxAgeSeconds + 1, nonceEnds) + clockTolerance,
  })
  if (!first) throw wrong('the proof was used before: make a new one, with another jti, for each request', facts)
}

function wrong(description: string, facts: ProofFacts): OAuthError {
  return new OAuthError('invalid_dpop_proof', description, { status: statusFor(facts) })
}

/** Where an access token is presented, the refusal is a challenge ({@link https://www.rfc-editor.org/rfc/rfc9449#section-7.1 RFC 9449 section 7.1}). */
function statusFor({ accessToken }: ProofFacts): number {
  return accessToken === undefined ? 400 : 401
}
