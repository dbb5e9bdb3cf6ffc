import type { BaseUser } from '../contracts/host.ts'
import type { Resolvers } from '../contracts/resolvers.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import { isRecord, requireId, wrongAnswer } from './wrong-answer.ts'

type Check<Answer> = (name: string, answer: unknown) => Answer
type Resolver<Values extends readonly never[], Answer> = (...values: Values) => Awaitable<Answer>

/** Wraps the resolvers so that every answer is checked. A wrong answer throws a `TypeError` that names the resolver. */
export function checkedResolvers<User extends BaseUser>(given: Resolvers<User>): Resolvers<User> {
  return Object.freeze({
    ...checked('selectAccountResolver', given.selectAccountResolver, requireBoolean),
    ...checked('postLoginResolver', given.postLoginResolver, requireBoolean),
    ...checked('consentReferenceResolver', given.consentReferenceResolver, requireReference),
    ...checked('clientReferenceResolver', given.clientReferenceResolver, requireReference),
    ...checked('clientPrivileges', given.clientPrivileges, requirePrivilege),
    ...checked('mayCreateClient', given.mayCreateClient, requireBoolean),
    ...checked('trustedClientResolver', given.trustedClientResolver, requireBoolean),
    ...checked('authorizeAdmin', given.authorizeAdmin, requireBoolean),
    ...checked('requestUriResolver', given.requestUriResolver, requireParameters),
  }) as Resolvers<User>
}

function checked<Values extends readonly never[], Answer>(
  name: keyof Resolvers<BaseUser>,
  resolver: Resolver<Values, unknown> | undefined,
  check: Check<Answer>,
): Readonly<Record<string, Resolver<Values, Answer>>> {
  if (resolver === undefined) return {}
  return { [name]: async (...values: Values) => check(name, await resolver(...values)) }
}

/**
 * Checks a boolean answer. `undefined` and `null` mean no. Any other value is an error: read as no it could skip a step
 * that the application wants, and read as yes it could allow what the application forbids.
 */
function requireBoolean(name: string, answer: unknown): boolean {
  if (typeof answer === 'boolean') return answer
  if (answer === undefined || answer === null) return false
  throw wrongAnswer(name, 'true or false', answer)
}

function requirePrivilege(name: string, answer: unknown): boolean | 'admin' {
  if (answer === 'admin' || typeof answer === 'boolean') return answer
  if (answer === undefined || answer === null) return false
  throw wrongAnswer(name, "true, false or 'admin'", answer)
}

function requireReference(name: string, answer: unknown): string | undefined {
  return answer === undefined || answer === null ? undefined : requireId(`${name}: the reference`, answer)
}

function requireParameters(name: string, answer: unknown): Readonly<Record<string, string>> | undefined {
  if (answer === undefined || answer === null || answer === false) return undefined
  if (!isRecord(answer)) throw wrongAnswer(name, 'an object of parameters, or undefined', answer)
  const given = Object.entries(answer).filter(([, value]) => value !== undefined && value !== null)
  const wrong = given.find(([, value]) => typeof value !== 'string')
  if (wrong !== undefined) throw wrongAnswer(`${name}: ${wrong[0]}`, 'a string', wrong[1])
  return Object.fromEntries(given) as Record<string, string>
}
