import { OAuthError } from '../protocol/errors.ts'
import { mediaType, readBody } from './body.ts'
import { parseJsonObject } from './json-object.ts'
import { type Parameters, parseParameters } from './parameters.ts'
import { queryOf } from './target.ts'

/**
 * Reads the parameters of a form POST. It refuses a query string: queries end up in logs, and a parameter that comes
 * from two places can be validated in one and used from the other.
 * @param repeatable the names of parameters that may be repeated
 * @throws {OAuthError} `invalid_request`
 */
export async function readForm(request: Request, repeatable?: ReadonlySet<string>): Promise<Parameters> {
  requireForm(request)
  return parseParameters(await readBody(request), repeatable)
}

/**
 * Reads the text of a form POST.
 * @throws {OAuthError} `invalid_request` for another content type, and for a query string in the URL
 */
export async function readFormText(request: Request): Promise<string> {
  requireForm(request)
  return readBody(request)
}

function requireForm(request: Request): void {
  if (mediaType(request) !== 'application/x-www-form-urlencoded') {
    throw new OAuthError('invalid_request', 'the content type must be application/x-www-form-urlencoded')
  }
  if (queryOf(request.url) !== '')
    throw new OAuthError('invalid_request', 'parameters belong in the body, not in the URL')
}

/**
 * Reads what a page or its script posts: a form, or a JSON object whose strings and booleans count like form fields.
 * @throws {OAuthError} `invalid_request`
 */
export async function readFormOrJson(request: Request): Promise<Parameters> {
  if (mediaType(request) !== 'application/json') return readForm(request)
  return parseParameters(jsonAsForm(await readBody(request)))
}

/**
 * Reads the query of the URL together with the body: a form, a JSON object, or nothing. For URLs to which a browser is
 * redirected or a page posts.
 * @throws {OAuthError} `invalid_request`, also for a parameter that is in both
 */
export async function readQueryAndBody(request: Request): Promise<Parameters> {
  const query = queryOf(request.url)
  if (request.method !== 'POST') return parseParameters(query)
  const body = await readBody(request)
  const form = body === '' ? '' : formOf(mediaType(request), body)
  return parseParameters([query, form].filter((part) => part !== '').join('&'))
}

function formOf(type: string, body: string): string {
  if (type === 'application/json') return jsonAsForm(body)
  if (type === 'application/x-www-form-urlencoded') return body
  throw new OAuthError('invalid_request', 'the content type must be application/x-www-form-urlencoded')
}

/** Writes the strings and booleans of a JSON object as form text. */
function jsonAsForm(body: string): string {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(parseJsonObject(body))) {
    if (typeof value === 'string' || typeof value === 'boolean') form.append(name, String(value))
  }
  return form.toString()
}
