import type { Context } from '../contracts/context.ts'
import { parseScope } from '../protocol/scope.ts'
import { canBeId, longestId } from '../storage/stored-id.ts'
import type { AssertedAccess, AssertedClient, AssertedUser, AssertionRequest } from './asserted-types.ts'
import type { AcceptedAssertion } from './check-assertion.ts'
import type { Trust } from './trust.ts'

/**
 * Asks the host which user an assertion is about, and checks the answer.
 * @returns `undefined` when the host refuses
 * @throws {TypeError} when the answer is not what its type says; the client gets `server_error`
 */
export async function askForUser(
  ctx: Context,
  trust: Trust,
  { claims }: AcceptedAssertion,
  facts: AssertionRequest,
): Promise<AssertedUser | undefined> {
  const answer = await trust.mapClaims?.(hostClaims(claims), facts)
  if (answer === undefined || answer === null) return undefined
  const { userId, referenceId, ...access } = requireObject(trust, answer)
  return {
    userId: requireId(ctx, trust, ['userId', userId]),
    ...(referenceId !== undefined && { referenceId: requireId(ctx, trust, ['referenceId', referenceId]) }),
    ...requireAccess(ctx, trust, access),
  }
}

/** Finds the client that an assertion is about: the host tells, or else `sub` is its id. Otherwise like `askForUser`. */
export async function askForClient(
  ctx: Context,
  trust: Trust,
  { claims }: AcceptedAssertion,
  facts: AssertionRequest,
): Promise<AssertedClient | undefined> {
  if (trust.mapClaims === undefined) return { clientId: claims.sub as string }
  const answer = await trust.mapClaims(hostClaims(claims), facts)
  if (answer === undefined || answer === null) return undefined
  const { clientId, ...access } = requireObject(trust, answer)
  return { clientId: requireId(ctx, trust, ['clientId', clientId]), ...requireAccess(ctx, trust, access) }
}

/** A frozen copy. A claim `__proto__` would change the prototype of an object that the host assigns the claims to. */
function hostClaims(claims: AcceptedAssertion['claims']): AcceptedAssertion['claims'] {
  return Object.freeze(Object.fromEntries(Object.entries(claims).filter(([name]) => name !== '__proto__')))
}

function requireObject(trust: Trust, answer: unknown): Readonly<Record<string, unknown>> {
  if (typeof answer === 'object' && answer !== null && !Array.isArray(answer)) return { ...answer }
  throw wrong(trust, 'must answer with an object, or with undefined to refuse')
}

function requireId(ctx: Context, trust: Trust, [member, value]: readonly [string, unknown]): string {
  const longest = ctx.storage.longestId ?? longestId
  if (typeof value === 'string' && canBeId(value, longest)) return value
  throw wrong(trust, `must answer with ${member}, a string of 1 to ${longest} characters`)
}

/** A member that is misspelt would otherwise be a bound that nobody holds. */
function requireAccess(
  { config }: Context,
  trust: Trust,
  { scope, resources, ...rest }: Readonly<Record<string, unknown>>,
): AssertedAccess {
  const unknown = Object.keys(rest)
  if (unknown.length > 0) throw wrong(trust, `answered with ${unknown.join(', ')}, which is not known`)
  if (scope !== undefined && !(isTextList(scope) && scope.every((one) => parseScope(one)?.length === 1))) {
    throw wrong(trust, 'must answer with scope, a list of scopes')
  }
  if (
    resources !== undefined &&
    !(isTextList(resources) && resources.every((one) => config.validAudiences.includes(one)))
  ) {
    throw wrong(trust, 'must answer with resources, a list of entries of the option validAudiences')
  }
  return {
    ...(scope !== undefined && { scope }),
    ...(resources !== undefined && { resources }),
  }
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

function wrong({ mapper }: Trust, problem: string): TypeError {
  return new TypeError(`${mapper} ${problem}`)
}
