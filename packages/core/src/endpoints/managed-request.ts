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
 * Reads a GET request of a signed-in user. It reads the query only once it knows who the user is.
 * @throws {OAuthError} `invalid_token` (401) when nobody is signed in, `invalid_request`
 */
export async function readQuery(
  ctx: Context,
  request: Request,
): Promise<{ readonly caller: Caller; readonly get: Reader }> {
  const caller = await requireCaller(ctx, request)
  return { caller, get: parseParameters(queryOf(request.url)).get }
}

/**
 * Reads a JSON object that a page of this server or of its host posts for a signed-in user.
 * @throws {OAuthError} `access_denied` from another site, `invalid_token` (401) when nobody is signed in,
 * `invalid_request`
 */
export async function readJsonCommand(
  ctx: Context,
  request: Request,
): Promise<{ readonly caller: Caller; readonly body: JsonObject }> {
  requireSameOrigin(ctx, request)
  const caller = await requireCaller(ctx, request)
  return { caller, body: await readJsonObject(request) }
}

/** The characters of ids. Other text cannot be an id, so the storage need not look for it. */
const idPattern = /^[\x20-\x7e]{1,255}$/

/**
 * Checks that a value is a client id.
 * @throws {OAuthError} `invalid_request` when it is missing or cannot be an id
 */
export function requireClientId(clientId: unknown): string {
  if (typeof clientId !== 'string' || clientId === '') throw new OAuthError('invalid_request', 'missing client_id')
  if (!idPattern.test(clientId))
    throw new OAuthError('invalid_request', 'client_id must be 1 to 255 printable ASCII characters')
  return clientId
}

/**
 * Checks that a value is a consent id.
 * @throws {OAuthError} `not_found` when it is missing or cannot be an id, like for a consent that does not exist
 */
export function requireConsentId(id: unknown): string {
  if (typeof id === 'string' && idPattern.test(id)) return id
  throw new OAuthError('not_found', 'missing id parameter')
}

/**
 * Reads the client id and the changes from `{client_id, update: {…}}`, or from an object that has all members on one
 * level.
 * @throws {OAuthError} `invalid_request`
 */
export function readClientUpdate({ client_id, ...flat }: JsonObject): {
  readonly clientId: string
  readonly update: JsonObject
} {
  const clientId = requireClientId(client_id)
  return { clientId, update: 'update' in flat ? requireUpdate(flat.update) : flat }
}

/**
 * Checks that a value is an object of changes.
 * @throws {OAuthError} `invalid_request`
 */
export function requireUpdate(update: unknown): JsonObject {
  if (isJsonObject(update)) return update
  throw new OAuthError('invalid_request', 'invalid update payload')
}
