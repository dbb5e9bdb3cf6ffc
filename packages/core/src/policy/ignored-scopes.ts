import { parseScope } from '../protocol/scope.ts'

/** Scopes that a request asked for and that the server ignored, for an event. */
export interface IgnoredScopes {
  /** Scopes that this server does not know: a misspelt name, or a scope of other servers. */
  readonly unknown: readonly string[]
  /** Scopes of this server that the client is not registered for. */
  readonly unregistered: readonly string[]
}

/** How many names an event lists of each kind, and how many characters of a name. A request may have thousands. */
const mostNames = 10
const longestName = 100

/**
 * Returns the scopes that a request asked for and does not get; `undefined` when there are none.
 * @param parameter the `scope` of the request
 * @param scope the scopes that the request gets
 * @param known the scopes of this server
 */
export function ignoredScopes(
  parameter: string | undefined,
  scope: readonly string[],
  known: readonly string[],
): IgnoredScopes | undefined {
  const ignored = (parseScope(parameter ?? '') ?? []).filter((one) => !scope.includes(one))
  if (ignored.length === 0) return undefined
  return {
    unknown: bounded(ignored.filter((one) => !known.includes(one))),
    unregistered: bounded(ignored.filter((one) => known.includes(one))),
  }
}

function bounded(names: readonly string[]): readonly string[] {
  return names
    .slice(0, mostNames)
    .map((name) => (name.length > longestName ? `${name.slice(0, longestName - 3)}...` : name))
}
