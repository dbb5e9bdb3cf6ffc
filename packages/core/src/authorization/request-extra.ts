import type { ApprovalFacts } from '../contracts/authorization-parameter.ts'
import type { Context } from '../contracts/context.ts'
import { englishTexts } from '../contracts/page-texts.ts'
import type { Parameters } from '../http/parameters.ts'
import { describeParameters } from '../policy/describe-parameters.ts'
import { isScopeReplaced } from '../policy/instead-of-scope.ts'
import { requestedScope } from '../policy/scope.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { errorForUser, type OAuthError } from '../protocol/errors.ts'
import { isThenable } from '../storage/awaitable.ts'
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
    const parsed = parameter.parse(parameters, client)
    const value = isThenable(parsed) ? await parsed : parsed
    if (value !== undefined) extra[parameter.name] = value
  }
  return Object.keys(extra).length === 0 ? undefined : extra
}

/**
 * Returns the values to keep with the grant, or with the code; `undefined` when there are none.
 * @throws {OAuthError} `invalid_request` for a parameter of a feature that is not installed in this process: without the
 * feature, the grant would lack what the user approved, or the code what it is bound to
 */
export function keptExtra(
  { registry }: Context,
  { extra }: Pick<AuthorizationRequest, 'extra'>,
  where: 'grant' | 'code',
): Extra | undefined {
  if (extra === undefined) return undefined
  const kept = Object.entries(extra).filter(([name]) => {
    const parameter = registry.authorizationParameters.get(name)
    if (parameter === undefined) throw unknownParameter(name)
    return parameter.keptWith === where
  })
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

function unknownParameter(name: string): OAuthError {
  return errorForUser('invalid_request', englishTexts.cannotBeCompleted, {
    cause: new Error(`the request has the parameter ${name}: install the feature that brings it in this process too`),
  })
}

/**
 * Returns the request with the parameters of features as they are granted: narrowed by the user's answer on the consent
 * page, or as the features grant them without one.
 * @throws {OAuthError} of the feature that refuses the answer
 */
export async function acceptExtra(
  { registry }: Context,
  authorization: AuthorizationRequest,
  facts: ApprovalFacts,
): Promise<AuthorizationRequest> {
  if (authorization.extra === undefined) return authorization
  const { extra, ...rest } = authorization
  const accepted: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(extra)) {
    const parameter = registry.authorizationParameters.get(name)
    const granted = parameter?.accept === undefined ? value : await parameter.accept(value, facts)
    if (granted !== undefined) accepted[name] = granted
  }
  return Object.keys(accepted).length === 0 ? rest : { ...rest, extra: accepted }
}

/**
 * Returns what a grant keeps of the parameters of features, for an approval that comes of no interaction.
 * @throws {OAuthError} of the feature that refuses the approval
 */
export async function approveExtra(
  ctx: Context,
  extra: Extra | undefined,
  facts: ApprovalFacts,
): Promise<Extra | undefined> {
  if (extra === undefined) return undefined
  const request = { clientId: facts.client.id, redirectUriSent: false, scope: [], prompt: [], resources: [], extra }
  return keptExtra(ctx, await acceptExtra(ctx, request, facts), 'grant')
}

/** Whether the request has a value of a parameter that says by itself what the client asks for. */
export function hasMoreThanScope({ registry }: Context, { extra = {} }: Pick<AuthorizationRequest, 'extra'>): boolean {
  return Object.keys(extra).some((name) => registry.authorizationParameters.get(name)?.insteadOfScope === true)
}

/**
 * Returns the scopes of a request: those in `scope`, or the default. They are empty when a parameter of a feature stands in
 * for `scope`.
 * @throws {OAuthError} `invalid_scope`
 */
export function readScope(
  { registry, config: { defaultScopes, unregisteredScopes } }: Context,
  client: ClientRecord,
  parameters: Parameters,
): readonly string[] {
  if (isScopeReplaced(registry, parameters)) return []
  return requestedScope(client, parameters.get('scope'), defaultScopes, unregisteredScopes)
}

/** Returns what the consent page gets to show of the parameters of features. */
export function describeExtra({ registry }: Context, { extra }: AuthorizationRequest): Extra {
  return describeParameters(registry, extra)
}
