import type { ClientInstance } from '../contracts/client-instance.ts'
import type { Context } from '../contracts/context.ts'
import type { Binding, BoundIssuance, Proof, ProofFacts, SenderConstraint } from '../contracts/sender-constraint.ts'
import { demandsOn } from '../policy/demands.ts'
import { asOAuthError } from '../policy/failure.ts'
import { OAuthError } from '../protocol/errors.ts'
import { isThenable } from '../storage/awaitable.ts'

/**
 * Asks all installed sender constraints which keys the client proves to hold in this request.
 * @returns `undefined` when the request contains no proof
 * @throws {OAuthError} when a proof is not valid
 */
export async function readBinding(ctx: Context, request: Request, facts: ProofFacts): Promise<Binding | undefined> {
  const cnf: Record<string, string> = {}
  const codeParameters: Record<string, string> = {}
  let headers: Readonly<Record<string, string>> = {}
  let tokenType: string | undefined
  for (const constraint of ctx.registry.senderConstraints.values()) {
    const proved = provedBefore(constraint, facts) ?? constraint.prove(ctx, request, facts)
    const proof = isThenable(proved) ? await proved : proved
    if (proof === undefined) continue
    cnf[constraint.confirmation] = proof.confirmation
    if (constraint.codeParameter !== undefined) codeParameters[constraint.codeParameter] = proof.confirmation
    headers = { ...headers, ...proof.headers }
    // A scheme of its own is more specific than Bearer, whichever constraint comes first.
    if (tokenType === undefined || tokenType === 'Bearer') tokenType = constraint.tokenType
  }
  return tokenType === undefined ? undefined : Object.freeze({ tokenType, cnf, headers, codeParameters })
}

function provedBefore({ confirmation }: SenderConstraint, { endpoint, evidence }: ProofFacts): Proof | undefined {
  const proved = evidence?.proved
  return proved?.confirmation === confirmation && proved.endpoint === endpoint ? proved.proof : undefined
}

/**
 * Returns the parameters that bind what a request asks for to the keys that its client has proved: those of the request, and
 * that of the instance of the client.
 */
export function boundParameters(
  binding: Binding | undefined,
  instance: ClientInstance | undefined,
): Readonly<Record<string, string>> {
  return { ...binding?.codeParameters, ...instance?.codeParameters }
}

/**
 * Runs what comes after a proof. An error takes the headers of the proof to the client as well, for instance the next
 * nonce ({@link https://www.rfc-editor.org/rfc/rfc9449#section-8.2 RFC 9449 section 8.2}).
 * @throws {OAuthError} what `run` throws, with these headers
 */
export async function withProofHeaders<T>(
  headers: Readonly<Record<string, string>> | undefined,
  run: () => Promise<T>,
): Promise<T> {
  if (headers === undefined) return run()
  try {
    return await run()
  } catch (thrown) {
    throw addProofHeaders(thrown, headers)
  }
}

/**
 * Makes the error to throw in place of one that came after a proof: the same, with the headers of the proof. A header that
 * the error has itself stays. Without a proof it returns what was thrown.
 */
export function addProofHeaders(thrown: unknown, headers: Readonly<Record<string, string>> | undefined): unknown {
  if (headers === undefined) return thrown
  const { code, description, details } = asOAuthError(thrown)
  return new OAuthError(code, description, { ...details, headers: { ...headers, ...details.headers } })
}

/**
 * Asks all installed sender constraints whether a token may be issued with the keys that the client has proved, and then
 * the security profiles of the client.
 * @returns a promise only where something is to be asked
 * @throws {OAuthError} `invalid_request` when the client, a resource or a profile demands a proof that is missing
 */
export function checkIssuedBinding(ctx: Context, issuance: BoundIssuance): Promise<void> | undefined {
  const demanded = demandsOn(ctx, issuance.client).senderConstraints
  const isFree = ctx.registry.senderConstraints.size === 0 && demanded === undefined
  return isFree ? undefined : askConstraints(ctx, issuance, demanded)
}

async function askConstraints(
  ctx: Context,
  issuance: BoundIssuance,
  demanded: readonly string[] | undefined,
): Promise<void> {
  for (const constraint of ctx.registry.senderConstraints.values()) await constraint.checkIssuance?.(ctx, issuance)
  if (demanded === undefined || demanded.some((name) => issuance.binding?.cnf[name] !== undefined)) return
  throw new OAuthError(
    'invalid_request',
    'access tokens of this client must be bound to a key: prove one, by a DPoP proof or a client certificate',
  )
}

/**
 * Whether the client has proved every key that a token is bound to. A token without `cnf` is not bound.
 * @param instance for what is bound to an instance of the client, for instance a refresh token
 */
export function isBoundTo(cnf: unknown, binding: Binding | undefined, instance?: ClientInstance): boolean {
  if (cnf === undefined) return true
  if (typeof cnf !== 'object' || cnf === null) return false
  const members = Object.entries(cnf)
  const proved = { ...binding?.cnf, ...instance?.cnf }
  return members.length > 0 && members.every(([name, value]) => Object.hasOwn(proved, name) && proved[name] === value)
}

/**
 * Whether this process knows every way in which a token is bound. Where it does not, the token must not pass for a bearer
 * token.
 */
export function knowsBinding({ registry }: Context, cnf: unknown): boolean {
  if (cnf === undefined) return true
  if (typeof cnf !== 'object' || cnf === null) return false
  return Object.keys(cnf).every((name) => registry.senderConstraints.has(name))
}

/** The `token_type` of a token with this `cnf`: the one of its sender constraint, or `Bearer`. */
export function tokenTypeOf({ registry }: Context, cnf: unknown): string {
  if (typeof cnf !== 'object' || cnf === null) return 'Bearer'
  const types = Object.keys(cnf).flatMap((name) => registry.senderConstraints.get(name)?.tokenType ?? [])
  return types.find((type) => type !== 'Bearer') ?? 'Bearer'
}
