import type { Context } from '../contracts/context.ts'
import type { Parameters } from '../http/parameters.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { Extra } from '../storage/extra.ts'

/**
 * Reads the parameters that features bring.
 * @returns `undefined` when there are none
 * @throws {OAuthError} of the feature whose parameter is wrong
 */
export async function readExtra(
  { registry }: Context,
  client: ClientRecord,
  parameters: Parameters,
): Promise<Extra | undefined> {
  if (registry.authorizationParameters.size === 0) return undefined
  const extra: Record<string, unknown> = {}
  for (const parameter of registry.authorizationParameters.values()) {
    const value = await parameter.parse(parameters, client)
    if (value !== undefined) extra[parameter.name] = value
  }
  return Object.keys(extra).length === 0 ? undefined : extra
}

/** Returns the values to keep with the grant, or with the code; `undefined` when there are none. */
export function keptExtra(
  { registry }: Context,
  { extra }: AuthorizationRequest,
  where: 'grant' | 'code',
): Extra | undefined {
  if (extra === undefined) return undefined
  const kept = Object.entries(extra).filter(([name]) => registry.authorizationParameters.get(name)?.keptWith === where)
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

/**
 * Returns the request, with the parameters of features narrowed by the user's answer on the consent page.
 * @throws {OAuthError} of the feature that refuses the answer
 */
export function acceptExtra(
  { registry }: Context,
  authorization: AuthorizationRequest,
  answer: Parameters,
): AuthorizationRequest {
  if (authorization.extra === undefined) return authorization
  const extra = Object.entries(authorization.extra).map(([name, value]) => {
    const parameter = registry.authorizationParameters.get(name)
    return [name, parameter?.accept === undefined ? value : parameter.accept(value, answer)]
  })
  return { ...authorization, extra: Object.fromEntries(extra) }
}

/** Returns what the consent page gets to show of the parameters of features. */
export function describeExtra({ registry }: Context, { extra }: AuthorizationRequest): Extra {
  return Object.fromEntries(
    Object.entries(extra ?? {}).map(([name, value]) => {
      const parameter = registry.authorizationParameters.get(name)
      return [name, parameter?.describe === undefined ? value : parameter.describe(value)]
    }),
  )
}
