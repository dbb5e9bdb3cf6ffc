import { requestedResources } from '../../policy/resource.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { parseScope } from '../../protocol/scope.ts'

/** Upper bounds of an assertion and of the host. An absent bound is no bound. */
export type Bounds = readonly (readonly string[] | undefined)[]

/**
 * Returns the scopes that a request may have: those it asks for, as far as every bound has them. The answer tells the
 * client what is left ({@link https://www.rfc-editor.org/rfc/rfc6749#section-3.3 RFC 6749 section 3.3}).
 * @param possible the scopes that the client may have at all
 * @throws {OAuthError} `invalid_scope` when none is left
 */
export function scopeWithin(
  parameter: string | undefined,
  possible: readonly string[],
  bounds: Bounds,
): readonly string[] {
  const asked = parameter === undefined ? possible : parseScope(parameter)
  if (asked === undefined) throw new OAuthError('invalid_scope', 'scope has characters that are not allowed')
  const scope = bounds.reduce<readonly string[]>(
    (left, bound) => (bound === undefined ? left : left.filter((one) => bound.includes(one))),
    asked.filter((one) => possible.includes(one)),
  )
  if (scope.length > 0) return scope
  throw new OAuthError('invalid_scope', 'no scope is both allowed by the assertion and registered by the client')
}

/**
 * Returns the resources of a token: those that the request names, all of which must be within every bound, or else all
 * within the bounds. Resources of a bound that this server does not know are left out.
 * @param possible the resources that the client may have at all
 * @throws {OAuthError} `invalid_target` ({@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC 8707 section 2})
 */
export function resourcesWithin(
  asked: readonly string[],
  possible: readonly string[],
  bounds: Bounds,
): readonly string[] {
  const limits = bounds.filter((bound) => bound !== undefined)
  if (limits.length === 0) return requestedResources(asked, possible)
  const allowed = limits.reduce<readonly string[]>((left, bound) => known(bound, left), possible)
  if (allowed.length === 0) {
    throw new OAuthError('invalid_target', 'no resource of the assertion is known and allowed here')
  }
  return asked.length === 0 ? allowed : requestedResources(asked, allowed, 'the assertion')
}

/** Returns those of the given resources that a list has, in the spelling of the list. */
function known(resources: readonly string[], valid: readonly string[]): readonly string[] {
  const found = resources.flatMap((resource) => {
    try {
      return requestedResources([resource], valid)
    } catch {
      return []
    }
  })
  return [...new Set(found)]
}
