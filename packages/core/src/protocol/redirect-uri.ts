import {
  isDangerousScheme,
  privateUseSchemeProblem,
  type SchemePolicy,
  schemeOf,
  wrapsAnotherUri,
} from './redirect-scheme.ts'
import { remembering } from './remembering.ts'
import { webHost } from './web-host.ts'

/** Which loopback redirect URIs may be used with another port than the registered one. */
export interface LoopbackRule {
  /** `http://127.0.0.1` and `http://[::1]`. */
  readonly address: boolean
  /** `http://localhost`, which a hosts file can point elsewhere: only for clients that say they are native. */
  readonly localhost: boolean
}

/**
 * Tells whether a presented redirect URI is the registered one. Redirect URIs are compared as strings ({@link
 * https://www.rfc-editor.org/rfc/rfc9700#section-4.1.3 RFC 9700 section 4.1.3}); the only exception is the port of a
 * loopback redirect URI of a native client ({@link https://www.rfc-editor.org/rfc/rfc8252#section-7.3 RFC 8252 section
 * 7.3}).
 */
export function matchesRedirectUri(registered: string, presented: string, rule: LoopbackRule): boolean {
  if (registered === presented) return true
  if (!rule.address && !rule.localhost) return false
  const left = splitLoopback(registered)
  if (left === undefined || !(left.host === 'localhost' ? rule.localhost : rule.address)) return false
  const right = splitLoopback(presented)
  return right !== undefined && left.host === right.host && left.rest === right.rest
}

// The pattern matches the string itself, because a URL parser would turn other spellings of the host into a loopback
// address.
const loopback = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::(\d{1,5}))?((?:[/?].*)?)$/

function splitLoopback(uri: string): { readonly host: string; readonly rest: string } | undefined {
  const match = loopback.exec(uri)
  if (match === null) return undefined
  const [, host = '', port, rest = ''] = match
  if (port !== undefined && (Number(port) > 65_535 || Number(port) === 0)) return undefined
  return { host, rest }
}

export function isLoopbackRedirectUri(uri: string): boolean {
  return splitLoopback(uri) !== undefined
}

/** Whether a response to the URI may be read on its way: only a native client may be on a loopback address with http. */
export function isReadableOnItsWay(uri: string, native: boolean): boolean {
  return /^http:/i.test(uri) && !(native && isLoopbackRedirectUri(uri))
}

/**
 * Returns the destination that a consent is remembered for: the host of a redirect URI, or its private-use scheme with
 * the colon, which no host has.
 */
export const redirectHost: (uri: string) => string = remembering((uri) => {
  const web = webHost(uri)
  if (web === undefined) return `${schemeOf(uri) ?? ''}:`
  // The port of a loopback redirect changes from one start of an app to the next.
  return isLoopbackRedirectUri(uri) ? web.hostname : web.host
})

/**
 * Returns the destination of a redirect URI as a page shows it to the user: the host with its port, or the private-use
 * scheme.
 */
export function shownDestination(uri: string): string {
  return webHost(uri)?.host ?? redirectHost(uri)
}

/**
 * Characters that a URI cannot have. A parser strips or rewrites some of them and would so read another URI than a
 * browser.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const forbidden = /[\x00-\x20\x7f-\uffff\\"<>^`{|}]/

export type UriProblem = string

/**
 * Tells why `uri` may not be a redirect URI; `undefined` when it may. It may use `https` anywhere, `http` on loopback,
 * and for native clients a private-use scheme, with or without an authority ({@link
 * https://www.rfc-editor.org/rfc/rfc8252#section-7.1 RFC 8252 section 7.1}).
 * @param schemes which private-use schemes the client may use. Default: any that is not dangerous
 */
export function redirectUriProblem(
  uri: string,
  native: boolean,
  schemes: SchemePolicy = 'any',
): UriProblem | undefined {
  const problem = uriProblem(uri)
  if (problem !== undefined) return problem
  if (uri.includes('#')) return 'must not have a fragment'
  if (uri.includes('*')) return 'must not have a wildcard'
  const url = new URL(uri)
  if (url.protocol === 'https:' || url.protocol === 'http:') {
    if (url.username !== '' || url.password !== '') return 'must not have user information'
    if (!/^https?:\/\/[^/?]/.test(uri)) return 'must have a host'
    if (url.protocol === 'http:' && !isLoopbackRedirectUri(uri)) return 'must use https unless it is a loopback address'
    return undefined
  }
  if (!native) return 'must use https'
  return privateUseSchemeProblem(schemeOf(uri) ?? '', schemes)
}

/** Why `uri` may not be shown as a link (client_uri, logo_uri, policy_uri, tos_uri), or `undefined` when it may. */
export function linkProblem(uri: string): UriProblem | undefined {
  const problem = uriProblem(uri)
  if (problem !== undefined) return problem
  if (new URL(uri).protocol === 'https:') return undefined
  const hostname = webHost(uri)?.hostname
  return hostname !== undefined && loopbackNames.has(hostname) ? undefined : 'must use https'
}

/**
 * Tells why `uri` may not be an `initiate_login_uri`, which starts a sign-in; `undefined` when it may. It must use
 * https, even on loopback ({@link https://openid.net/specs/openid-connect-core-1_0.html#ThirdPartyInitiatedLogin OpenID
 * Connect Core section 4}).
 */
export function initiateLoginUriProblem(uri: string): UriProblem | undefined {
  const problem = redirectUriProblem(uri, false)
  if (problem !== undefined) return problem
  return new URL(uri).protocol === 'https:' ? undefined : 'must use https'
}

const loopbackNames: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

function uriProblem(uri: string): UriProblem | undefined {
  if (uri.length > 2048) return 'is too long'
  if (forbidden.test(uri)) return 'has characters that are not allowed in a URI'
  const scheme = schemeOf(uri)
  if (scheme === undefined) return 'must be an absolute URI'
  if (isDangerousScheme(scheme)) return `must not use the scheme ${scheme}:`
  if (wrapsAnotherUri(uri)) return 'must not wrap another URI'
  if (!URL.canParse(uri)) return 'is not a valid URI'
  return undefined
}
