import type { Context } from '../contracts/context.ts'
import type { Binding, ProofFacts } from '../contracts/sender-constraint.ts'

/**
 * The key or keys that a request proves to hold, of all sender constraints that are installed; `undefined` for a request
 * that proves none.
 * @throws {OAuthError} for a proof that is not good
 */
export async function readBinding(ctx: Context, request: Request, facts: ProofFacts): Promise<Binding | undefined> {
  const cnf: Record<string, string> = {}
  let headers: Readonly<Record<string, string>> = {}
  let tokenType: string | undefined
  for (const constraint of ctx.registry.senderConstraints.values()) {
    const proof = await constraint.prove(request, facts)
    if (proof === undefined) continue
    cnf[constraint.confirmation] = proof.confirmation
    headers = { ...headers, ...proof.headers }
    // A scheme of its own says more than Bearer, whichever constraint comes first.
    if (tokenType === undefined || tokenType === 'Bearer') tokenType = constraint.tokenType
  }
  return tokenType === undefined ? undefined : Object.freeze({ tokenType, cnf, headers })
}

/** Whether a request has proved every key that a token is bound to. A token without `cnf` is bound to none. */
export function isBoundTo(cnf: unknown, binding: Binding | undefined): boolean {
  if (cnf === undefined) return true
  if (typeof cnf !== 'object' || cnf === null) return false
  const members = Object.entries(cnf)
  return members.length > 0 && members.every(([name, value]) => binding?.cnf[name] === value)
}

/** Whether this process knows every way in which a token is bound: it must not pass for a bearer token where it does not. */
export function knowsBinding({ registry }: Context, cnf: unknown): boolean {
  if (cnf === undefined) return true
  if (typeof cnf !== 'object' || cnf === null) return false
  return Object.keys(cnf).every((name) => registry.senderConstraints.has(name))
}

/** The `token_type` of a token with this `cnf`: that of its sender constraint, or else `Bearer`. */
export function tokenTypeOf({ registry }: Context, cnf: unknown): string {
  if (typeof cnf !== 'object' || cnf === null) return 'Bearer'
  const types = Object.keys(cnf).flatMap((name) => registry.senderConstraints.get(name)?.tokenType ?? [])
  return types.find((type) => type !== 'Bearer') ?? 'Bearer'
}
