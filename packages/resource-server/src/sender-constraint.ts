import { invalid } from './claims.ts'
import { addHeaders } from './cors.ts'
import { ResourceError, unavailable } from './errors.ts'
import type { OptionalMembers } from './protected-resource-members.ts'
import type { RequestHead } from './request-head.ts'
import type { VerifiedToken } from './verified-token.ts'

/**
 * A way for clients to prove with each request that they hold the key of their access token, so that a stolen token is
 * useless: a signed header (DPoP, {@link https://www.rfc-editor.org/rfc/rfc9449#section-7 RFC 9449 section 7}) or a TLS
 * certificate ({@link https://www.rfc-editor.org/rfc/rfc8705#section-3 RFC 8705 section 3}). The verifier decides when a
 * proof is due and what a missing or wrong one means; a constraint only knows what a proof is.
 */
export interface SenderConstraint {
  /** The member of `cnf` that holds the key ({@link https://www.rfc-editor.org/rfc/rfc7800#section-3.1 RFC 7800 section 3.1}), for instance `jkt`. */
  readonly confirmation: string
  /** The scheme of the `Authorization` header for tokens that are bound in this way: `DPoP`, or `Bearer`. It is also their `token_type`. */
  readonly scheme: string
  /** Parameters of the challenge besides `error`, for instance `algs`. */
  readonly challenge?: Readonly<Record<string, string>>
  /** Whether the resource refuses tokens that are not bound in this way, and names no other scheme. Default `false`. */
  readonly required?: boolean
  /** Members of the metadata document, for instance `dpopSigningAlgValuesSupported`. */
  readonly metadata?: OptionalMembers
  /**
   * Checks the identifier of the resource when its verifier is made. A proof that names the URL of a request needs one that
   * is a URL: without it, only the `Host` header would say which server the proof is for. Default: any identifier.
   * @throws {TypeError} that says what to change
   */
  checkResource?(resource: string): void
  /**
   * Verifies the proof in a request. It is called once for each request, when the token itself is valid, so that a proof
   * may be marked as used here.
   * @returns `undefined` when the request has no proof
   * @throws {ResourceError} when the proof is wrong, for instance `invalid_dpop_proof`, or `use_dpop_nonce` with a nonce in
   *   `headers`. The verifier answers `temporarily_unavailable` to every other error.
   */
  prove(request: RequestHead, facts: ProofFacts): Promise<SenderProof | undefined> | SenderProof | undefined
}

/** The values that a proof must match. */
export interface ProofFacts {
  /** The URL of the request as clients see it: its origin comes from the identifier of the resource, not from a header. */
  readonly url: string
  readonly accessToken: string
}

/** A valid proof. */
export interface SenderProof {
  /** The key, in the form of the token's `cnf`, for instance its thumbprint. */
  readonly confirmation: string
  /** Headers to add to the response, for instance the next nonce. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A token as a request presents it. */
export interface PresentedToken {
  readonly token: string
  /** In lower case. */
  readonly scheme: string
  /** Absent when a token is verified without its request. */
  readonly request?: RequestHead
}

/**
 * Checks that a token which is bound to a key is presented with a proof of that key, and that another token is presented as
 * a bearer token. Returns the token with the headers that the proofs add to the response.
 * @throws {ResourceError} `invalid_token` when a proof is missing, for another key, or of a kind that this resource does not check
 */
export async function checkBinding(
  token: VerifiedToken,
  presented: PresentedToken,
  constraints: readonly SenderConstraint[],
  resource: string,
): Promise<VerifiedToken> {
  const { cnf } = token
  const demanded = constraints.find(({ confirmation, required }) => required && cnf?.[confirmation] === undefined)
  if (demanded !== undefined) throw invalid(`the access token must be bound to a key (${demanded.scheme})`)
  if (cnf === undefined) {
    if (presented.scheme !== 'bearer')
      throw invalid('the access token is not bound to a key: present it as a bearer token')
    return token
  }
  const due = Object.keys(cnf).map((member) => constraints.find(({ confirmation }) => confirmation === member))
  const { request } = presented
  // Without the check of every key, a stolen token would work.
  if (due.length === 0 || request === undefined) throw invalid('the access token is bound to a key')
  const scheme = due.map((one) => one?.scheme.toLowerCase()).find((one) => one !== 'bearer') ?? 'bearer'
  if (due.includes(undefined) || presented.scheme !== scheme) throw invalid('the access token is bound to a key')

  const headers: Record<string, string> = {}
  for (const constraint of due as readonly SenderConstraint[]) {
    const facts = { url: publishedUrl(resource, request.url), accessToken: presented.token }
    const proof = await prove(constraint, request, facts)
    Object.assign(headers, proof?.headers)
    if (proof === undefined || proof.confirmation !== cnf[constraint.confirmation]) {
      const description = 'the access token is bound to a key that the request does not prove'
      throw new ResourceError('invalid_token', { description, headers })
    }
  }
  return Object.keys(headers).length === 0 ? token : { ...token, responseHeaders: headers }
}

async function prove(
  constraint: SenderConstraint,
  request: RequestHead,
  facts: ProofFacts,
): Promise<SenderProof | undefined> {
  try {
    const proof = await constraint.prove(request, facts)
    checkHeaders(proof?.headers)
    return proof
  } catch (cause) {
    const error = unavailable(cause)
    checkHeaders(error.headers)
    throw error
  }
}

/** @throws {ResourceError} `temporarily_unavailable` for a name or value that is no header, which would fail in the response */
function checkHeaders(headers: Readonly<Record<string, string>> = {}): void {
  try {
    new Headers(headers)
  } catch (cause) {
    throw unavailable(cause)
  }
}

/** Returns the URL of a request under the origin of the resource: a client can forge the `Host` header. */
function publishedUrl(resource: string, url: string): string {
  if (!URL.canParse(resource)) return url
  const { pathname, search } = new URL(url)
  return new URL(resource).origin + pathname + search
}

/** A scheme of the `Authorization` header that a challenge offers, with its own parameters. */
export interface ChallengeScheme {
  readonly scheme: string
  readonly parameters?: Readonly<Record<string, string>>
}

/**
 * Returns the schemes to name in a challenge: the one that the request used, or all when it used none
 * ({@link https://www.rfc-editor.org/rfc/rfc9449#section-7.2 RFC 9449 section 7.2}).
 */
export function challengeSchemes(
  { headers }: Pick<RequestHead, 'headers'>,
  constraints: readonly SenderConstraint[] = [],
): readonly ChallengeScheme[] {
  const others = constraints
    .filter(({ scheme }) => scheme.toLowerCase() !== 'bearer')
    .map(({ scheme, challenge: parameters }) => ({ scheme, ...(parameters !== undefined && { parameters }) }))
  const demanded = constraints.find(({ required, scheme }) => required && scheme.toLowerCase() !== 'bearer')
  const all = demanded === undefined ? [{ scheme: 'Bearer' }, ...others] : others
  const used = headers.get('authorization')?.split(' ')[0]?.toLowerCase()
  const presented = all.filter(({ scheme }) => scheme.toLowerCase() === used)
  return presented.length > 0 ? presented : all
}

/** Adds headers to a response, and lets scripts of other origins read them. */
export function withHeaders(response: Response, headers: Readonly<Record<string, string>> = {}): Response {
  const names = Object.keys(headers)
  if (names.length === 0) return response
  return addHeaders(response, { ...headers, 'access-control-expose-headers': names.join(', ') })
}

/**
 * Checks the sender constraints of a resource.
 * @throws {TypeError} when a scheme is not one, two constraints check the same member of `cnf`, or one refuses the resource
 */
export function checkConstraints(constraints: readonly SenderConstraint[], resource: string): void {
  const members = constraints.map(({ confirmation }) => confirmation)
  const twice = members.find((member, index) => members.indexOf(member) !== index)
  if (twice !== undefined) throw new TypeError(`senderConstraints: two of them check cnf.${twice}`)
  for (const { scheme, prove } of constraints) {
    if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(scheme)) throw new TypeError(`senderConstraints: ${scheme} is not a scheme`)
    if (typeof prove !== 'function') throw new TypeError('senderConstraints: each needs a function prove')
  }
  for (const constraint of constraints) constraint.checkResource?.(resource)
}
