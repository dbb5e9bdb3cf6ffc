import { json } from './json.ts'
import { reply } from './reply.ts'

/**
 * Adds parameters to the query of a URI and leaves the rest unchanged, since its own query is part of what the client
 * registered. {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2 RFC 6749 section 3.1.2}
 */
export function withParameters(uri: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const query = encode(parameters)
  if (query === '') return uri
  const separator = uri.includes('?') ? (uri.endsWith('?') || uri.endsWith('&') ? '' : '&') : '?'
  return `${uri}${separator}${query}`
}

/** Adds parameters as the fragment of a URI without one. */
export function withFragment(uri: string, parameters: Readonly<Record<string, string | undefined>>): string {
  return `${uri}#${encode(parameters)}`
}

function encode(parameters: Readonly<Record<string, string | undefined>>): string {
  let encoded = ''
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) encoded += `${encoded === '' ? '' : '&'}${name}=${encodeURIComponent(value)}`
  }
  return encoded
}

/**
 * Tells whether a script sent the request. A script cannot follow a redirect to another origin and gets the target as
 * JSON instead.
 */
export function wantsJson(request: Request): boolean {
  return (
    request.headers.get('accept')?.includes('application/json') === true &&
    request.headers.get('sec-fetch-mode') !== 'navigate'
  )
}

/**
 * Redirects the browser: with 302, or after a POST with 303, so that the browser does not post credentials again
 * ({@link https://www.rfc-editor.org/rfc/rfc9700#section-4.12 RFC 9700 section 4.12}). A script gets the target as
 * JSON.
 */
export function redirect(request: Request, location: string, headers?: Readonly<Record<string, string>>): Response {
  if (wantsJson(request)) return json(200, { redirect: true, url: location }, headers)
  const status = request.method === 'POST' ? 303 : 302
  return reply(status, { location, 'cache-control': 'no-store', ...headers }, null)
}
