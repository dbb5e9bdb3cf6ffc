import type { OAuthError } from '../protocol/errors.ts'
import { safeDescription } from '../protocol/errors.ts'
import { page } from './html.ts'
import { json } from './json.ts'
import { redirect, withParameters } from './redirect.ts'

/** Who reads an endpoint's errors: a program, or a person in front of a browser. */
export type ErrorAudience = 'json' | 'page'

/** The one place where an error becomes an answer: towards the client's redirect URI, as JSON, or as a page. */
export function errorResponse(request: Request, error: OAuthError, audience: ErrorAudience, issuer: string): Response {
  const description = error.description === undefined ? undefined : safeDescription(error.description)
  const target = error.details.redirect
  if (target !== undefined && target !== 'never') {
    const parameters = { error: error.code, error_description: description, state: target.state, iss: issuer }
    return redirect(request, withParameters(target.redirectUri, parameters))
  }
  const headers: Record<string, string> = { ...error.details.headers }
  if (error.details.challenge !== undefined) headers['www-authenticate'] = error.details.challenge
  if (audience === 'json') return json(error.status, { error: error.code, error_description: description }, headers)
  const text = description === undefined ? 'The request could not be completed.' : sentence(description)
  return page(error.status, titleOf(error.status), [text, `Error: ${error.code}`], headers)
}

function titleOf(status: number): string {
  if (status === 404) return 'Page not found'
  return status >= 500 ? 'Something went wrong' : 'This request cannot continue'
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.')
}
