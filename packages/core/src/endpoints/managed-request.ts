import { type Caller, requireCaller } from '../clients/caller.ts'
import type { Context } from '../contracts/context.ts'
import { isJsonObject, type JsonObject, readJsonObject } from '../http/json-object.ts'
import { parseParameters } from '../http/parameters.ts'
import { queryOf } from '../http/target.ts'
import { OAuthError } from '../protocol/errors.ts'
import { requireSameOrigin } from '../sessions/same-origin.ts'

/** Reads a parameter of a request; `undefined` when it is absent or empty. */
export type Reader = (name: string) => string | undefined

/**
 * Who asks, and for what. The query is looked at only once it is known who asks.
 * @throws {OAuthError} `invalid_token` (401), `invalid_request`
 */
export async function readQuery(
  ctx: Context,
  request: Request,
): Promise<{ readonly caller: Caller; readonly get: Reader }> {
  const caller = await requireCaller(ctx, request)
  return { caller, get: parseParameters(queryOf(request.url)).get }
}

/**
 * Who wants something changed, and what: a JSON object, posted by a page of ours.
 * @throws {OAuthError} `access_denied` from another site, `invalid_token` (401), `invalid_request`
 */
export async function readJsonCommand(
  ctx: Context,
  request: Request,
): Promise<{ readonly caller: Caller; readonly body: JsonObject }> {
  requireSameOrigin(ctx, request)
  const caller = await requireCaller(ctx, request)
  return { caller, body: await readJsonObject(request) }
}

/** What ids are made of. Anything else names nothing, and no storage has to look for it. */
const idPattern = /^[\x20-\x7e]{1,255}$/

/** @throws {OAuthError} `invalid_request` when there is no client id */
export function requireClientId(clientId: unknown): string {
  if (typeof clientId !== 'string' || clientId === '') throw new OAuthError('invalid_request', 'missing client_id')
  if (!idPattern.test(clientId)) throw new OAuthError('invalid_request', 'client_id has characters that no id has')
  return clientId
}

/** @throws {OAuthError} `not_found` when there is no id, as when there is no consent */
export function requireConsentId(id: unknown): string {
  if (typeof id === 'string' && idPattern.test(id)) return id
  throw new OAuthError('not_found', 'missing id parameter')
}

/**
 * The id and the changes of `{client_id, update: {…}}`, or of the same in one level.
 * @throws {OAuthError} `invalid_request`
 */
export function readClientUpdate({ client_id, ...flat }: JsonObject): {
  readonly clientId: string
  readonly update: JsonObject
} {
  const clientId = requireClientId(client_id)
  return { clientId, update: 'update' in flat ? requireUpdate(flat.update) : flat }
}

/** @throws {OAuthError} `invalid_request` */
export function requireUpdate(update: unknown): JsonObject {
  if (isJsonObject(update)) return update
  throw new OAuthError('invalid_request', 'invalid update payload')
}
