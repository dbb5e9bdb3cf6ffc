import { baseUrl } from '../world.ts'
import { type Draft, textOf } from './draft.ts'
import { afterLogout, type Fixture, pages } from './fixture.ts'
import type { Work } from './work.ts'

/** Codes of this package for what HTTP itself refuses. Every endpoint may answer them. */
const ofHttp = ['not_found', 'method_not_allowed', 'rate_limited']
/** draft-ietf-oauth-attestation-based-client-auth-10, section "Errors". */
const ofAttestations = ['use_attestation_challenge', 'use_fresh_attestation', 'invalid_client_attestation']
/** RFC 6749 section 5.2: where clients authenticate. */
const ofClients = ['invalid_request', 'invalid_client', 'unauthorized_client', ...ofAttestations]
/** RFC 6749 section 5.2, RFC 8707 section 2, ID-JAG, and the code of the feature that the test installs. */
const ofTokens = [
  ...[...ofClients, 'invalid_grant', 'unsupported_grant_type', 'invalid_scope', 'invalid_target'],
  ...['insufficient_user_authentication', 'invalid_key_header'],
  // RFC 9396 section 5, with the feature rich-authorization-requests.
  'invalid_authorization_details',
  // RFC 8628 section 3.5.
  ...['authorization_pending', 'slow_down', 'expired_token', 'access_denied'],
]
/** RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6, RFC 8707 section 2, and the code for `acr`. */
const ofAuthorization = [
  ...['invalid_request', 'unauthorized_client', 'access_denied', 'unsupported_response_type', 'invalid_scope'],
  ...['interaction_required', 'login_required', 'account_selection_required', 'consent_required'],
  ...['invalid_request_uri', 'invalid_request_object', 'request_not_supported', 'request_uri_not_supported'],
  ...['registration_not_supported', 'invalid_target', 'unmet_authentication_requirements'],
  // RFC 9396 section 5.
  'invalid_authorization_details',
]
/** What a page says before the server knows a redirect URI, and to a user who has lost the way. */
const ofPages = [...ofAuthorization, 'invalid_client']
/** RFC 6750 section 3.1. */
const ofBearers = ['invalid_request', 'invalid_token', 'insufficient_scope']
/** RFC 7591 section 3.2.2. */
const ofRegistration = ['invalid_redirect_uri', 'invalid_client_metadata']
/** The routes of the host's own pages: RFC 6750 without a session, and `access_denied` without the right. */
const ofRoutes = [...ofBearers, 'access_denied', 'invalid_scope', ...ofRegistration]

/** The error codes that an endpoint may answer: those that its standard registers. */
const registered: Readonly<Record<string, readonly string[]>> = {
  ...{ authorize: ofPages, continue: ofPages, consent: ofPages, login: ofPages },
  endSession: ['invalid_request', 'access_denied', 'interaction_required'],
  token: ofTokens,
  // RFC 9126 section 2.3: the codes of the authorization endpoint, and those of client authentication.
  pushedAuthorizationRequest: [...ofPages, ...ofAttestations, 'invalid_key_header'],
  // RFC 8628 section 3.1: the codes of client authentication and of what a device asks for.
  deviceAuthorization: [
    ...[...ofClients, 'invalid_scope', 'invalid_target', 'invalid_authorization_details', 'invalid_key_header'],
    ...['request_not_supported', 'request_uri_not_supported'],
  ],
  deviceCode: ofPages,
  // draft-ietf-oauth-first-party-apps-03 section 5.2.2: the codes of the authorization endpoint, and its own.
  authorizationChallenge: [
    ...[...ofPages, ...ofAttestations, 'invalid_key_header'],
    ...['insufficient_authorization', 'invalid_session', 'redirect_to_web'],
  ],
  attestationChallenge: [],
  // CIBA Core section 13, RFC 8707 section 2 and RFC 9396 section 5.
  backchannelAuthentication: [
    ...[...ofClients, 'unauthorized_client', 'invalid_scope', 'invalid_target', 'invalid_authorization_details'],
    ...['invalid_key_header', 'access_denied', 'expired_login_hint_token', 'unknown_user_id'],
    ...['missing_user_code', 'invalid_user_code', 'invalid_binding_message'],
  ],
  introspect: ofClients,
  revoke: [...ofClients, 'unsupported_token_type'],
  userinfo: [...ofBearers, 'invalid_key_header'],
  register: [...ofRegistration, ...ofBearers, 'access_denied'],
  clientConfiguration: [...ofRegistration, ...ofBearers, 'access_denied'],
  ...{ jwks: [], openidConfiguration: [], authorizationServerMetadata: [] },
}

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

interface Said {
  readonly error: string | undefined
  /** Where a browser is sent. */
  readonly target: string | undefined
}

const decodeHtml = (html: string): string =>
  html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')

/** Reads the error and the target of an answer, whatever its form: JSON, a page, a redirect, or a form for the client. */
function read({ headers, text }: Answered): Said {
  const type = headers.get('content-type') ?? ''
  const json = type.startsWith('application/json') && text !== '' ? JSON.parse(text) : {}
  const form = /<form method="post" action="([^"]*)">/.exec(text)?.[1]
  const target = headers.get('location') ?? json.url ?? (form === undefined ? undefined : decodeHtml(form))
  const field = /<input type="hidden" name="error" value="([^"]*)">/.exec(text)?.[1]
  const note = /<p>Error: ([^<]*)<\/p>/.exec(text)?.[1]
  const challenge = /error="([^"]*)"/.exec(headers.get('www-authenticate') ?? '')?.[1]
  return { error: json.error ?? field ?? note ?? errorOf(target) ?? challenge, target }
}

function errorOf(target: string | undefined): string | undefined {
  if (target === undefined) return undefined
  const { searchParams, hash } = new URL(target, baseUrl)
  return searchParams.get('error') ?? new URLSearchParams(hash.slice(1)).get('error') ?? undefined
}

/** The most work for one request. A valid request to the dearest endpoint takes a little less. */
export const mostWork: Work = { storage: 12, host: 8, hashes: 20, keys: 20 }

/**
 * Returns what is wrong with an answer; `undefined` when the server may give it.
 * @param endpoint whose request was mutated; another path is answered by `not_found`
 */
export function wrongWith(
  fixture: Fixture,
  { endpoint, draft }: { readonly endpoint: string; readonly draft: Draft },
  answer: Answered,
  work: Work,
): string | undefined {
  const { status, headers, text } = answer
  if (status >= 500) return `the server failed with ${status}: ${text.slice(0, 500)}`
  const failed = fixture.world.events.find(({ type }) => type === 'request.failed')
  if (failed !== undefined) return `the server reported a failure: ${String((failed as { cause?: unknown }).cause)}`
  const { error, target } = read(answer)
  const codes = [...(registered[endpoint] ?? ofRoutes), ...ofHttp]
  if (error !== undefined && !codes.includes(error)) return `${error} is not registered for ${endpoint}`
  const silent = draft.method === 'HEAD' || draft.method === 'OPTIONS'
  if (status >= 400 && error === undefined && !silent)
    return `the refusal ${status} has no error code: ${text.slice(0, 500)}`
  if (status >= 300 && status < 400 && !headers.has('location')) return `the redirect ${status} has no target`
  if (target !== undefined && !mayGoTo(fixture, draft, target)) return `the browser is sent to ${target}`
  const excess = (Object.keys(mostWork) as (keyof Work)[]).find((kind) => work[kind] > mostWork[kind])
  return excess && `the request took ${work[excess]} of ${excess}, more than ${mostWork[excess]}`
}

/** Whether a browser may be sent there: to a page of the host, to this server, or to a URI of the client in question. */
function mayGoTo({ world, redirects }: Fixture, draft: Draft, target: string): boolean {
  const [bare = ''] = target.split(/[?#]/)
  if (pages.some((page) => bare === baseUrl + page) || bare.startsWith(`${world.issuer}/oauth2/`)) return true
  if (bare === afterLogout) return draft.url.includes('/end-session')
  const named = textOf(draft)
  // The cookie or the state names the client of an interaction, which these requests begin for one client.
  const begun = /\/oauth2\/(?:continue|consent)/.test(draft.url) ? 'notes' : undefined
  return redirects.some(({ clientId, uris }) => uris.includes(bare) && (clientId === begun || named.includes(clientId)))
}
