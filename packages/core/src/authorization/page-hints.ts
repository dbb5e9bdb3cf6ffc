import type { Parameters } from '../http/parameters.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { OAuthError } from '../protocol/errors.ts'

/**
 * Parameters that are hints for the pages. They are no reason to refuse a request, except `acr_values` with
 * `requireAcrValues`.
 */
export type PageHints = Pick<
  AuthorizationRequest,
  'loginHint' | 'display' | 'uiLocales' | 'claimsLocales' | 'acrValues'
>

/** The longest hint, in characters. Longer ones are cut, so that the URLs of pages are not too long for web servers. */
const longest = 255

/**
 * Reads the parameters that are hints for the page that the user sees, whatever their value ({@link
 * https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OpenID Connect Core section 3.1.2.1}).
 * @param defaultAcrValues the client's `default_acr_values`, for requests without `acr_values`
 */
export function pageHints(parameters: Parameters, defaultAcrValues: readonly string[] = []): PageHints {
  return {
    ...hint('loginHint', cut(parameters.get('login_hint'))),
    ...hint('display', cut(parameters.get('display'))),
    ...hint('uiLocales', cutList(parameters.get('ui_locales'))),
    ...hint('claimsLocales', cutList(parameters.get('claims_locales'))),
    ...hint('acrValues', cutList(askedAcrValues(parameters, defaultAcrValues))),
  }
}

/**
 * Refuses `acr_values` that are too long, when they are a demand: a shortened list would demand something else.
 * @throws {OAuthError} `invalid_request`
 */
export function refuseLongAcrValues(parameters: Parameters, defaultAcrValues: readonly string[] = []): void {
  if (askedAcrValues(parameters, defaultAcrValues).length <= longest) return
  throw new OAuthError('invalid_request', `acr_values must have at most ${longest} characters`)
}

function askedAcrValues(parameters: Parameters, defaultAcrValues: readonly string[]): string {
  return parameters.get('acr_values') ?? defaultAcrValues.join(' ')
}

function hint<Name extends string>(name: Name, value: string | undefined): { readonly [name in Name]?: string } {
  return value === undefined || value === '' ? {} : ({ [name]: value } as { readonly [name in Name]: string })
}

/** Shortens a text, but not in the middle of a character. */
function cut(text: string | undefined): string | undefined {
  return text?.slice(0, longest).replace(/[\ud800-\udbff]$/, '')
}

/** Shortens a list, but not in the middle of an entry. */
function cutList(text: string | undefined): string | undefined {
  if (text === undefined || text.length <= longest) return text
  return text.slice(0, Math.max(0, text.lastIndexOf(' ', longest)))
}
