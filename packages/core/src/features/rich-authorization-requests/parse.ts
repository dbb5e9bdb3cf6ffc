import { isJsonObject } from '../../http/json-object.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { parseJson } from '../../protocol/json.ts'
import type { AuthorizationDetails } from './details-type.ts'
import { jsonProblem } from './json-value.ts'

/** The name of the parameter, of the claim, and of the member of answers. */
export const parameterName = 'authorization_details'

/** The longest value of the parameter, in characters. */
const longest = 16_384
/** The most elements in one request. */
const most = 32

/**
 * Parses the text of `authorization_details`: a JSON array of objects, each with a `type` ({@link
 * https://www.rfc-editor.org/rfc/rfc9396#section-2 RFC 9396 section 2}).
 * @throws {OAuthError} `invalid_authorization_details`
 */
export function parseDetails(text: string): readonly AuthorizationDetails[] {
  const list = parseList(text)
  if (list.length === 0) throw invalidDetails('must have at least one element')
  return list.map(detailsAt)
}

/** Checks that the value at this place of the list has the form of authorization details. */
export function detailsAt(value: unknown, index: number): AuthorizationDetails {
  if (!isJsonObject(value)) throw invalidDetails('must be an object', index)
  if (typeof value.type !== 'string' || value.type === '') throw invalidDetails('must have a type, a string', index)
  return value as AuthorizationDetails
}

/**
 * Parses a JSON array within the limits: 16,384 characters, 32 elements, 16 levels.
 * @throws {OAuthError} `invalid_authorization_details`
 */
export function parseList(text: string): readonly unknown[] {
  if (text.length > longest) throw invalidDetails(`must be at most ${longest} characters long`)
  const list = parsed(text)
  if (!Array.isArray(list)) throw invalidDetails('must be a JSON array of objects')
  if (list.length > most) throw invalidDetails(`must have at most ${most} elements`)
  const problem = jsonProblem(list)
  if (problem !== undefined) throw invalidDetails(problem)
  return list
}

function parsed(text: string): unknown {
  try {
    return parseJson(text)
  } catch (error) {
    if (error instanceof RangeError) throw invalidDetails('is nested too deep')
    throw invalidDetails('must be a JSON array of objects')
  }
}

/**
 * Makes the error for authorization details that the server refuses ({@link
 * https://www.rfc-editor.org/rfc/rfc9396#section-5 RFC 9396 section 5}). The text goes into URLs and logs: it must contain no
 * value of the details, which may be personal data.
 * @param index the place of the element, when the error is about one
 */
export function invalidDetails(problem: string, index?: number): OAuthError {
  const place = index === undefined ? parameterName : `${parameterName}[${index}]`
  return new OAuthError('invalid_authorization_details', `${place} ${problem}`)
}
