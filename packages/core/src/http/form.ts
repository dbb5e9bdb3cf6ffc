import { OAuthError } from '../protocol/errors.ts'
import { mediaType, readBody } from './body.ts'
import { parseJsonObject } from './json-object.ts'
import { type Parameters, parseParameters } from './parameters.ts'
import { queryOf } from './target.ts'

/**
 * The parameters of a form POST. A query string next to it is refused: it ends up in logs, and a parameter that comes
 * from two places can be validated in one and used from the other.
 * @throws {OAuthError} `invalid_request`
 */
export async function readForm(request: Request): Promise<Parameters> {
  return parseParameters(await readFormText(request))
}

/** The same, before parsing. */
export async function readFormText(request: Request): Promise<string> {
  if (mediaType(request) !== 'application/x-www-form-urlencoded') {
    throw new OAuthError('invalid_request', 'the content type must be application/x-www-form-urlencoded')
  }
  if (queryOf(request.url) !== '')
    throw new OAuthError('invalid_request', 'parameters belong in the body, not in the URL')
  return readBody(request)
}

/**
 * What a page or its script posts: a form, or a JSON object whose strings and booleans are read alike.
 * @throws {OAuthError} `invalid_request`
 */
export async function readFormOrJson(request: Request): Promise<Parameters> {
  if (mediaType(request) !== 'application/json') return readForm(request)
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(parseJsonObject(await readBody(request)))) {
    if (typeof value === 'string' || typeof value === 'boolean') form.append(name, String(value))
  }
  return parseParameters(form.toString())
}
