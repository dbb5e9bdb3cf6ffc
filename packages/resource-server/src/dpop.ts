import { type Clock, systemClock } from './clock.ts'
import { sha256 } from './digest.ts'
import { ageProblem, claimProblem, clockTolerance, normalizeTargetUri } from './dpop-claims.ts'
import { createNonces, type Nonces } from './dpop-nonce.ts'
import { type DecodedProof, type DpopAlgorithm, decodeProof, dpopAlgorithms, verifyProof } from './dpop-proof.ts'
import { memoryReplays, type ReplayStore } from './dpop-replays.ts'
import { ResourceError } from './errors.ts'
import { refuseUnknownOptions, resolveSeconds } from './options.ts'
import type { RequestHead } from './request-head.ts'
import type { ProofFacts, SenderConstraint, SenderProof } from './sender-constraint.ts'

export interface DpopOptions {
  /** The algorithms that proofs may be signed with. Default: `ES256`, `EdDSA`, `Ed25519`, `PS256`. */
  readonly signingAlgorithms?: readonly DpopAlgorithm[]
  /** How old a proof may be, by its `iat`, in seconds from 10 to 3600. Default 60. */
  readonly maxAge?: number
  /** Whether this resource refuses tokens that are not bound by DPoP. Default `false`: bearer tokens work as well. */
  readonly required?: boolean
  /**
   * The secret, or several, of at least 32 characters each, under which this resource makes nonces; proofs must then
   * contain one ({@link https://www.rfc-editor.org/rfc/rfc9449#section-9 RFC 9449 section 9}). All processes of the resource
   * need the same secret. The first one makes nonces, all of them are accepted. Default: no nonces.
   */
  readonly nonceSecret?: string | readonly string[]
  /** Where accepted proofs are remembered, so that each works once. Default: the memory of this process. */
  readonly replays?: ReplayStore
  /** The clock, for tests. Default: the system's. */
  readonly clock?: Clock
}

interface Checker {
  readonly algorithms: readonly string[]
  readonly maxAge: number
  readonly nonces: Nonces | undefined
  readonly replays: ReplayStore
  readonly clock: Clock
}

const known = ['signingAlgorithms', 'maxAge', 'required', 'nonceSecret', 'replays', 'clock']

/** By how much the clock of a client may differ when a nonce says how old the proof is, in seconds. */
const nonceTolerance = 86_400

/**
 * The sender constraint of DPoP: a token that is bound to a key works only in a request with a proof of that key ({@link
 * https://www.rfc-editor.org/rfc/rfc9449#section-7 RFC 9449 section 7}). The metadata document names the algorithms.
 * @throws {TypeError} when an option is unknown or wrong; where the verifier is made, also for a resource that is no URL
 * @example
 * const api = createProtectedResource({
 *   resource: 'https://api.example.com',
 *   authorizationServer: 'https://id.example.com/auth',
 *   senderConstraints: [dpop({ required: true })],
 * })
 */
export function dpop(options: DpopOptions = {}): SenderConstraint {
  refuseUnknownOptions('dpop', options, known)
  const { clock = systemClock, required = false, replays = memoryReplays(clock) } = options
  if (typeof required !== 'boolean') throw new TypeError('dpop: required must be true or false')
  if (typeof replays?.claim !== 'function') throw new TypeError('dpop: replays needs a function claim')
  const algorithms = checkAlgorithms(options.signingAlgorithms ?? ['ES256', 'EdDSA', 'Ed25519', 'PS256'])
  const maxAge = resolveSeconds('dpop: maxAge', options.maxAge, 60, { least: 10, most: 3600 })
  const secrets = secretsOf(options.nonceSecret)
  const nonces = secrets.length === 0 ? undefined : createNonces(secrets, clock)
  const checker: Checker = { algorithms, maxAge, nonces, replays, clock }
  return Object.freeze<SenderConstraint>({
    confirmation: 'jkt',
    scheme: 'DPoP',
    challenge: { algs: algorithms.join(' ') },
    required,
    metadata: { dpopSigningAlgValuesSupported: algorithms, ...(required && { dpopBoundAccessTokensRequired: true }) },
    checkResource(resource) {
      if (normalizeTargetUri(resource) !== undefined) return
      throw new TypeError(
        `dpop: ${resource} must be an http or https URL, because each proof names the URL of its request`,
      )
    },
    async prove(request, facts) {
      const header = request.headers.get('dpop')
      return header === null ? undefined : readProof(checker, header, request, facts)
    },
  })
}

function checkAlgorithms(algorithms: readonly string[]): readonly string[] {
  const known: readonly string[] = dpopAlgorithms
  if (algorithms.length > 0 && algorithms.every((algorithm) => known.includes(algorithm))) return [...algorithms]
  throw new TypeError(`dpop: signingAlgorithms must be some of ${known.join(', ')}`)
}

function secretsOf(secret: DpopOptions['nonceSecret']): readonly string[] {
  if (secret === undefined) return []
  const secrets = typeof secret === 'string' ? [secret] : secret
  if (secrets.length > 0 && secrets.every((one) => typeof one === 'string' && one.length >= 32)) return secrets
  throw new TypeError('dpop: nonceSecret must be a text of at least 32 characters, or a list of such texts')
}

async function readProof(
  checker: Checker,
  header: string,
  { method }: RequestHead,
  { url, accessToken }: ProofFacts,
): Promise<SenderProof> {
  const proof = decodeProof(header, checker.algorithms)
  if (typeof proof === 'string') throw wrong(proof)
  const problem = claimProblem(proof.claims, { method, url, tokenHash: await sha256(accessToken) })
  if (problem !== undefined) throw wrong(problem)

  const nonceEnds = await checkNonce(checker, proof)
  // The newest nonce goes to the client with a refusal as well.
  const headers = checker.nonces === undefined ? {} : { 'DPoP-Nonce': await checker.nonces.current() }
  const limits = { maxAge: checker.maxAge, maxAhead: clockTolerance }
  const wide = { maxAge: nonceTolerance, maxAhead: nonceTolerance }
  const stale = ageProblem(proof.claims, { now: checker.clock.now(), ...(nonceEnds === undefined ? limits : wide) })
  if (stale !== undefined) throw wrong(stale, headers)

  const thumbprint = await verifyProof(proof)
  if (thumbprint === undefined) throw wrong('the proof is not signed with the key in jwk', headers)
  // Last, so that a proof that is refused is not used up.
  const id = await sha256(JSON.stringify([thumbprint, normalizeTargetUri(url), proof.claims.jti]))
  // The clock of the store may be ahead of this one.
  const refusedFrom =
    Math.max(Math.ceil(proof.claims.iat as number) + checker.maxAge + 1, nonceEnds ?? 0) + clockTolerance
  if ((await checker.replays.claim(id, refusedFrom)) !== true) {
    throw wrong('the proof was used before: make a new one, with another jti, for each request', headers)
  }
  return { confirmation: thumbprint, headers }
}

/**
 * Returns the time from which the nonce of a proof is refused; `undefined` where this resource uses no nonces.
 * @throws {ResourceError} `use_dpop_nonce`, with a nonce
 */
async function checkNonce({ nonces }: Checker, { claims }: DecodedProof): Promise<number | undefined> {
  if (nonces === undefined) return undefined
  const ends = typeof claims.nonce === 'string' ? await nonces.refusedFrom(claims.nonce) : undefined
  if (ends !== undefined) return ends
  throw new ResourceError('use_dpop_nonce', {
    description: 'repeat the request with the nonce of the header DPoP-Nonce in the proof',
    headers: { 'DPoP-Nonce': await nonces.current() },
  })
}

function wrong(description: string, headers: Readonly<Record<string, string>> = {}): ResourceError {
  return new ResourceError('invalid_dpop_proof', { description, headers })
}
