import type { Parameters } from '../http/parameters.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { OAuthError } from '../protocol/errors.ts'

/** What pages may take as a hint. None of it is a reason to refuse a request, but `acr_values` where it is a demand. */
export type PageHints = Pick<
  AuthorizationRequest,
  'loginHint' | 'display' | 'uiLocales' | 'claimsLocales' | 'acrValues'
>

/** Characters: what is longer is cut, so that the URLs of pages stay within what servers take. */
const longest = 255

/**
 * The parameters of {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OpenID Connect Core section 3.1.2.1}
 * that are for the page in front of the user, whatever their value.
 * @param defaultAcrValues what the client asks for where the request does not say (`default_acr_values`)
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
 * A demand must not be cut: what is left of it would be less than what the client asked for.
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

/** Never in the middle of a character. */
function cut(text: string | undefined): string | undefined {
  return text?.slice(0, longest).replace(/[\ud800-\udbff]$/, '')
}

/** Never in the middle of an entry. */
function cutList(text: string | undefined): string | undefined {
  if (text === undefined || text.length <= longest) return text
  return text.slice(0, Math.max(0, text.lastIndexOf(' ', longest)))
}
