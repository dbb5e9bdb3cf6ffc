import { OAuthError } from '../protocol/errors.ts'
import { parseJson } from '../protocol/json.ts'
import { mediaType, readBody } from './body.ts'

/** A JSON object from outside. Whoever reads a member has to check its type. */
export type JsonObject = Readonly<Record<string, unknown>>

/**
 * Reads the JSON object in the body of a request. It demands the content type `application/json`, because a form of
 * another site cannot send that.
 * @throws {OAuthError} `invalid_request`
 */
export async function readJsonObject(request: Request): Promise<JsonObject> {
  if (mediaType(request) !== 'application/json') {
    throw new OAuthError('invalid_request', 'the content type must be application/json')
  }
  return parseJsonObject(await readBody(request))
}

/** @throws {OAuthError} `invalid_request` */
export function parseJsonObject(text: string): JsonObject {
  const value = parse(text)
  if (isJsonObject(value)) return value
  throw new OAuthError('invalid_request', 'the body must be a JSON object')
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parse(text: string): unknown {
  try {
    return parseJson(text)
  } catch (error) {
    if (error instanceof RangeError) throw new OAuthError('invalid_request', `the body is too large: ${error.message}`)
    return undefined
  }
}
