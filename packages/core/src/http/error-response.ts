import { formatChallenge } from '../protocol/challenge.ts'
import type { OAuthError } from '../protocol/errors.ts'
import { safeDescription } from '../protocol/errors.ts'
import { page } from './html.ts'
import { json } from './json.ts'
import { redirect, withParameters } from './redirect.ts'

/**
 * Who reads an endpoint's errors: a program, a program that brought a bearer token and gets a challenge
 * ({@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 section 3}), or a person in front of a browser.
 */
export type ErrorAudience = 'json' | 'bearer' | 'page'

/** The one place where an error becomes an answer: towards the client's redirect URI, as JSON, or as a page. */
export function errorResponse(request: Request, error: OAuthError, audience: ErrorAudience, issuer: string): Response {
  const description = error.description === undefined ? undefined : safeDescription(error.description)
  const target = error.details.redirect
  if (target !== undefined && target !== 'never') {
    const parameters = { error: error.code, error_description: description, state: target.state, iss: issuer }
    return redirect(request, withParameters(target.redirectUri, parameters))
  }
  const headers: Record<string, string> = { ...error.details.headers }
  const challenge = error.details.challenge ?? (audience === 'bearer' ? bearerChallenge(error, description) : undefined)
  if (challenge !== undefined) headers['www-authenticate'] = challenge
  if (audience !== 'page') return json(error.status, { error: error.code, error_description: description }, headers)
  const text = description === undefined ? 'The request could not be completed.' : sentence(description)
  return page(error.status, titleOf(error.status), [text, `Error: ${error.code}`], headers)
}

function bearerChallenge(error: OAuthError, description: string | undefined): string | undefined {
  // It is the client's token that is asked to be better: a server's failure and an empty allowance challenge nobody.
  if (error.status >= 500 || error.code === 'rate_limited') return undefined
  const { scope } = error.details
  return formatChallenge('Bearer', { realm: 'oauth', error: error.code, error_description: description, scope })
}

function titleOf(status: number): string {
  if (status === 404) return 'Page not found'
  return status >= 500 ? 'Something went wrong' : 'This request cannot continue'
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.')
}
