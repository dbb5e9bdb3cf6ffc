import { bad, type Finding, ok, warn } from '../finding.ts'
import { foreignRedirectUri, marker, type Observations } from '../observe.ts'
import { type Answer, isAnswer, type Probe } from '../probe.ts'

/** Rates how the endpoints refuse what they have to refuse. */
export function endpoints({
  tokenError,
  authorization,
  registration,
  withdrawal,
  metadata,
}: Observations): readonly Finding[] {
  return [
    ...(tokenError === undefined ? [] : tokenEndpoint(tokenError)),
    ...(authorization === undefined ? [] : authorizationEndpoint(authorization)),
    ...registrationEndpoint(registration, withdrawal, metadata.registration_endpoint),
  ]
}

function tokenEndpoint(asked: Probe): readonly Finding[] {
  const check = 'token.error'
  if (!isAnswer(asked)) return [bad(check, asked.failure, 'make the token endpoint reachable')]
  const { status, headers, json } = asked
  const proper = (status === 400 || status === 401) && typeof json?.error === 'string'
  const type = headers.get('content-type') ?? 'no content type'
  const error = proper
    ? ok(check, `an unknown client gets ${status} ${json.error}`)
    : bad(
        check,
        `an unknown client gets status ${status} with ${type}`,
        'pass POST of the token endpoint to the provider: clients need a JSON error',
      )
  const stored = /no-store/.test(headers.get('cache-control') ?? '')
  const cache = stored
    ? ok('token.no-store', 'answers are not stored')
    : bad(
        'token.no-store',
        'answers may be stored by caches, tokens among them',
        'keep Cache-Control: no-store of the provider',
      )
  return [error, cache]
}

function authorizationEndpoint(asked: Probe): readonly Finding[] {
  if (!isAnswer(asked)) return [bad('authorize.redirect', asked.failure, 'make the authorization endpoint reachable')]
  return [redirect(asked), html(asked)]
}

function redirect({ headers }: Answer): Finding {
  const check = 'authorize.redirect'
  const location = headers.get('location') ?? ''
  if (!location.startsWith(new URL(foreignRedirectUri).origin)) return ok(check, 'an unknown client gets no redirect')
  const change = 'verify the client and its redirect URI first, and show every other error on a page'
  return bad(check, 'an unknown client and redirect URI get a redirect there: an open redirector', change)
}

function html({ text, headers }: Answer): Finding {
  const check = 'authorize.html'
  const isHtml = /html/i.test(headers.get('content-type') ?? 'text/html')
  if (!isHtml || !text.includes(marker)) return ok(check, 'parameters do not come back as HTML')
  return bad(
    check,
    'a parameter comes back as HTML: an attacker can run scripts in your origin',
    'escape what the page shows',
  )
}

function registrationEndpoint(
  asked: Probe | undefined,
  withdrawal: Probe | undefined,
  url: unknown,
): readonly Finding[] {
  const check = 'registration.open'
  if (url === undefined) return [ok(check, 'there is no registration endpoint')]
  if (!isAnswer(asked)) {
    return [
      bad(check, asked?.failure ?? 'registration_endpoint is no URL', 'make it reachable, or turn registration off'),
    ]
  }
  const { status, json } = asked
  if (status === 401 || status === 403) return [ok(check, 'registration needs a token or a signed-in user')]
  const refused = status === 400 && typeof json?.error === 'string'
  const registered = status === 200 || status === 201
  if (!refused && !registered) {
    const change = 'let the registration endpoint answer 201, 400 with a JSON error, or 401, and ask again'
    return [warn(check, `a registration gets status ${status}, so that nothing can be said of it`, change)]
  }
  const open = warn(
    check,
    'anyone may register clients',
    'right for MCP, with limits and a lifetime for unused clients; otherwise turn off allowUnauthenticatedClientRegistration',
  )
  if (refused) return [open, ok('registration.checks', 'a script as a redirect URI is refused')]
  const made = typeof json?.client_id === 'string' ? json.client_id : 'a client'
  const isGone = isAnswer(withdrawal) && withdrawal.status === 204
  const change = isGone
    ? 'check redirect URIs; the client that this check has made is deleted'
    : `check redirect URIs, and delete the client ${made}, which this check has made`
  return [open, bad('registration.checks', 'the redirect URI javascript:alert(1) was registered', change)]
}
