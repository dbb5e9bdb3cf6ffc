import { mayAskFor } from '../claims/requested-claims.ts'
import type { Context } from '../contracts/context.ts'
import { isJsonObject, type JsonObject } from '../http/json-object.ts'
import {
  type ClaimRequest,
  type ClaimsRequest,
  claimPlaces,
  filterClaims,
  type RequestedClaims,
} from '../protocol/claims-request.ts'
import { OAuthError } from '../protocol/errors.ts'
import { registeredScopes } from '../protocol/scope.ts'
import type { ClientRecord } from '../storage/client.ts'

/** The longest `claims` parameter, in characters: enough for all claims, each with a few values. */
const longest = 8192

/**
 * Parses the `claims` parameter ({@link https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter OpenID
 * Connect Core section 5.5}). Unknown claims and members are dropped, whatever their value.
 * @returns `undefined` when no known claim is requested
 * @throws {OAuthError} `invalid_request` when the parameter is not such JSON
 */
export function parseClaimsParameter(
  ctx: Context,
  client: ClientRecord,
  text: string | undefined,
): ClaimsRequest | undefined {
  if (text === undefined) return undefined
  if (text.length > longest) throw invalid('is too long')
  const sent = parseObject(text)
  const registered = registeredScopes(client.metadata)
  const named = ctx.config.advertised.claims ?? []
  const places = claimPlaces.flatMap((place) => {
    const requested = sent[place]
    if (requested === undefined || requested === null) return []
    if (!isJsonObject(requested)) throw invalid(`${place} must be an object`)
    return [[place, requested as RequestedClaims] as const]
  })
  const known = filterClaims(Object.fromEntries(places), (name) => mayAskFor(name, registered, named))
  return known && checkedClaims(known)
}

function checkedClaims(known: ClaimsRequest): ClaimsRequest {
  return Object.fromEntries(
    Object.entries(known).map(([place, requested]: [string, RequestedClaims]) => [
      place,
      Object.fromEntries(Object.entries(requested).map(([name, details]) => [name, claimRequest(name, details)])),
    ]),
  )
}

/**
 * Reads the known members of a requested claim and checks their types. Values must be single values, so that they can
 * be compared.
 */
function claimRequest(name: string, details: unknown): ClaimRequest | null {
  if (details === null) return null
  if (!isJsonObject(details)) throw invalid(`${name} must be null or an object`)
  // Some clients send null for members that they leave out.
  const [essential, value, values] = [details.essential, details.value, details.values].map((one) => one ?? undefined)
  if (essential !== undefined && typeof essential !== 'boolean') throw invalid(`essential of ${name} must be a boolean`)
  if (value !== undefined && !isSingle(value)) throw invalid(`value of ${name} must be a string, number or boolean`)
  if (values !== undefined && !(Array.isArray(values) && values.length > 0 && values.every(isSingle))) {
    throw invalid(`values of ${name} must be an array of strings, numbers or booleans`)
  }
  return {
    ...(essential !== undefined && { essential }),
    ...(value !== undefined && { value }),
    ...(values !== undefined && { values: values as readonly unknown[] }),
  }
}

function isSingle(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function parseObject(text: string): JsonObject {
  try {
    // The length bounds the depth. No code walks through nested values: they are dropped or refused as a whole.
    const parsed: unknown = JSON.parse(text)
    if (isJsonObject(parsed)) return parsed
  } catch {
    // The error is thrown below, as for JSON that is not an object.
  }
  throw invalid('must be a JSON object')
}

function invalid(problem: string): OAuthError {
  return new OAuthError('invalid_request', `claims: ${problem}`)
}
