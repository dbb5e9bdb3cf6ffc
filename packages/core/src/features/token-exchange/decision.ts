import type { TokenRequest } from '../../contracts/grant-type.ts'
import type { BaseUser } from '../../contracts/host.ts'
import { isShallow } from '../../protocol/json.ts'
import { refused } from './id-jag-policy.ts'
import type { IdJagAudience, IdJagRequest } from './options.ts'

/** Claims of an ID-JAG that the server sets, or that would change what it means. */
const reserved: ReadonlySet<string> = new Set([
  ...['iss', 'sub', 'aud', 'client_id', 'jti', 'exp', 'iat', 'nbf', 'scope', 'resource', 'cnf'],
  ...['act', 'may_act', 'authorization_details', 'auth_time', 'acr', 'amr', '__proto__', 'toJSON'],
])

interface Decided {
  readonly scope: readonly string[]
  readonly resources: readonly string[]
  readonly claims: Readonly<Record<string, unknown>>
}

type Facts = Pick<IdJagRequest, 'authTime' | 'acr' | 'amr'> & {
  readonly user: BaseUser
  readonly asked: {
    readonly request: TokenRequest
    readonly scope: readonly string[]
    readonly resources: readonly string[]
  }
}

/**
 * Asks the host about one request, and checks the answer.
 * @throws {OAuthError} `invalid_target` when the host refuses
 * @throws {TypeError} when the answer is not what its type says, or allows more than was asked for
 */
export async function decided(policy: IdJagAudience, { user, asked, ...facts }: Facts): Promise<Decided> {
  const { request, scope, resources } = asked
  if (policy.authorize === undefined) return { scope, resources, claims: {} }
  const { audience } = policy
  const answer: unknown = await policy.authorize({
    user,
    clientId: request.client.id,
    audience,
    scope,
    resources,
    ...facts,
  })
  if (answer === undefined || answer === null) throw refused(`authorize refused ${request.client.id} at ${audience}`)
  if (typeof answer !== 'object' || Array.isArray(answer)) throw wrong('an object, or undefined to refuse')
  const given: Readonly<Record<string, unknown>> = { ...answer }
  const unknown = Object.keys(given).find((name) => !['scope', 'resources', 'claims'].includes(name))
  if (unknown !== undefined) throw wrong(`scope, resources and claims alone, not ${unknown}`)
  return {
    scope: within('scope', given.scope, scope, policy.scopes === 'any'),
    resources: within('resources', given.resources, resources, policy.resources === 'any'),
    claims: requireClaims(given.claims),
  }
}

/** With `any`, an empty list of the request means no limit, and the host may set one. */
function within(member: string, value: unknown, asked: readonly string[], any: boolean): readonly string[] {
  if (value === undefined) return asked
  const open = any && asked.length === 0
  const good =
    Array.isArray(value) &&
    // An empty list would leave the claim out, which the other server reads as no limit.
    value.length > 0 &&
    value.every((one) => typeof one === 'string' && (open || asked.includes(one)))
  if (good) return value as readonly string[]
  throw wrong(`${member}, a list of some of those of the request`)
}

function requireClaims(value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined) return {}
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !isShallow(value)) {
    throw wrong('claims, an object that is JSON')
  }
  const taken = Object.keys(value).find((name) => reserved.has(name))
  if (taken !== undefined) throw wrong(`claims without ${taken}, which the server sets`)
  return { ...value }
}

function wrong(right: string): TypeError {
  return new TypeError(`tokenExchange: authorize must answer with ${right}`)
}
