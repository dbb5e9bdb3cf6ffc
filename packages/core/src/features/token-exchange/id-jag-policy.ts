import * as v from 'valibot'
import { OAuthError } from '../../protocol/errors.ts'
import { parseScope } from '../../protocol/scope.ts'
import type { IdJagAudience } from './options.ts'

/** The option `idJag`, with its defaults. */
export interface IdJagRules {
  readonly audiences: readonly IdJagAudience[]
  readonly lifetimeSeconds: number
}

const text = v.pipe(v.string(), v.nonEmpty('must not be empty'))
// An empty list would leave the claim out, which the other server reads as no limit.
const limitText = "must be a list that is not empty, or 'any'"
const limit = v.union([v.literal('any'), v.pipe(v.array(text), v.nonEmpty(limitText))], limitText)
const seconds = v.pipe(v.number(), v.integer(), v.minValue(1))

export const idJagSchema: v.GenericSchema = v.strictObject({
  audiences: v.pipe(
    v.array(
      v.strictObject({
        audience: text,
        clients: v.union([v.record(v.string(), text), v.function()], 'must be an object or a function'),
        scopes: limit,
        resources: limit,
        relyingParty: v.optional(text),
        maxAgeSeconds: v.optional(seconds),
        acrValues: v.optional(v.pipe(v.array(text), v.nonEmpty('must not be empty'))),
        email: v.optional(v.boolean(), false),
        authorize: v.optional(v.function('must be a function')),
      }),
    ),
    v.nonEmpty('must not be empty'),
  ),
  lifetimeSeconds: v.optional(v.pipe(seconds, v.maxValue(3600, 'must be at most 3600')), 300),
})

/**
 * Finds what the host allows for an audience, and the id that the client has there. An unknown audience and one that
 * is not for this client get the same answer.
 * @throws {OAuthError} `invalid_target`
 * @throws {TypeError} when the host's function answers with something else than an id
 */
export function findAudience(
  { audiences }: IdJagRules,
  asked: string,
  clientId: string,
): { readonly policy: IdJagAudience; readonly downstreamId: string } {
  const policy = audiences.find(({ audience }) => audience === asked)
  const downstreamId = policy === undefined ? undefined : downstreamIdOf(policy, clientId)
  if (policy !== undefined && downstreamId !== undefined) return { policy, downstreamId }
  throw refused(policy === undefined ? 'idJag.audiences does not have it' : `clients does not have ${clientId}`)
}

function downstreamIdOf({ clients }: IdJagAudience, clientId: string): string | undefined {
  if (typeof clients !== 'function') return Object.hasOwn(clients, clientId) ? clients[clientId] : undefined
  const answer: unknown = clients(clientId)
  if (answer === undefined || answer === null) return undefined
  if (typeof answer === 'string' && answer !== '') return answer
  throw new TypeError('tokenExchange: idJag clients must answer with a client id, or with undefined to refuse')
}

/**
 * Returns the scopes that an audience allows: those asked for, or all when none is asked for.
 * @throws {OAuthError} `invalid_scope` when none is left
 */
export function allowedScope({ scopes }: IdJagAudience, parameter: string | undefined): readonly string[] {
  const asked = parameter === undefined ? undefined : parseScope(parameter)
  if (parameter !== undefined && asked === undefined) {
    throw new OAuthError('invalid_scope', 'scope has characters that are not allowed')
  }
  if (scopes === 'any') return asked ?? []
  const allowed = asked === undefined ? scopes : asked.filter((scope) => scopes.includes(scope))
  if (allowed.length > 0 || asked === undefined) return allowed
  throw new OAuthError('invalid_scope', 'no requested scope is allowed for this client at the audience')
}

/**
 * Returns the resources that an audience allows: those asked for, or all when none is asked for.
 * @throws {OAuthError} `invalid_target` ({@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC 8707 section 2})
 */
export function allowedResources({ resources }: IdJagAudience, asked: readonly string[]): readonly string[] {
  const wrong = asked.find((one) => !URL.canParse(one) || one.includes('#'))
  if (wrong !== undefined) throw new OAuthError('invalid_target', 'resource must be an absolute URI without a fragment')
  if (resources === 'any') return [...new Set(asked)]
  if (asked.length === 0) return resources
  const outside = asked.find((one) => !resources.includes(one))
  if (outside === undefined) return [...new Set(asked)]
  throw new OAuthError('invalid_target', 'the resource is unknown or not allowed for this client', {
    cause: `resources of the audience does not have ${outside}`,
  })
}

export function refused(cause: string): OAuthError {
  return new OAuthError('invalid_target', 'the audience is unknown or not allowed for this client', { cause })
}
