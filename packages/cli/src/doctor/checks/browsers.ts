import { bad, type Finding, ok, warn } from '../finding.ts'
import type { Observations } from '../observe.ts'
import { type Answer, foreignOrigin, isAnswer, type Probe } from '../probe.ts'

/** Rates what clients in a browser meet: CORS, and how long documents may be cached. */
export function browsers({
  openidDocument,
  oauthDocument,
  jwks,
  tokenPreflight,
  tokenError,
}: Observations): readonly Finding[] {
  const document = [openidDocument, oauthDocument].find((one) => isAnswer(one) && one.json !== undefined)
  const all = [document, jwks, tokenPreflight, tokenError].filter(isAnswer)
  return [
    ...(isAnswer(document) ? [readable('cors.metadata', document), cached('cache.metadata', document)] : []),
    ...(isAnswer(jwks) ? [readable('cors.keys', jwks), cached('cache.keys', jwks)] : []),
    ...(tokenPreflight === undefined ? [] : [preflight(tokenPreflight)]),
    credentials(all),
  ]
}

function readable(check: string, { headers }: Answer): Finding {
  if (allows(headers)) return ok(check, 'scripts of every origin may read it')
  const change = 'send Access-Control-Allow-Origin: *, since it is public; a proxy may remove it'
  return warn(check, 'scripts of other origins cannot read it', change)
}

function preflight(asked: Probe): Finding {
  const check = 'cors.token'
  const answered = isAnswer(asked) && asked.status >= 200 && asked.status < 300 && allows(asked.headers)
  if (answered) return ok(check, 'browsers may send token requests')
  const found = isAnswer(asked) ? `the preflight got status ${asked.status} and allows nothing` : asked.failure
  return warn(
    check,
    found,
    'pass OPTIONS of the token endpoint to the provider: clients in a browser cannot get tokens',
  )
}

function credentials(answers: readonly Answer[]): Finding {
  const check = 'cors.credentials'
  const risky = answers.filter(
    ({ headers }) =>
      headers.get('access-control-allow-origin') === foreignOrigin &&
      headers.get('access-control-allow-credentials') === 'true',
  )
  if (risky.length === 0) return ok(check, 'no foreign origin may send cookies')
  const places = risky.map(({ url }) => new URL(url).pathname).join(', ')
  return bad(
    check,
    `any website may send cookies and read the answer: ${places}`,
    'remove Access-Control-Allow-Credentials',
  )
}

/** The longest time, in seconds, for which a document should be cached: a new key has to be known before it signs. */
const longestCache = 86_400

function cached(check: string, { headers }: Answer): Finding {
  const control = headers.get('cache-control') ?? ''
  const age = Number(/max-age=(\d+)/.exec(control)?.[1] ?? 0)
  if (/no-store|no-cache/.test(control) || age === 0) {
    const found = control === '' ? 'there is no Cache-Control' : `Cache-Control: ${control}`
    return warn(check, found, 'let it be cached for minutes: otherwise every client asks each time')
  }
  if (age <= longestCache) return ok(check, `for ${age} s`)
  return warn(check, `for ${age} s`, `at most ${longestCache} s: clients would miss a new key`)
}

function allows(headers: Headers): boolean {
  const origin = headers.get('access-control-allow-origin')
  return origin === '*' || origin === foreignOrigin
}
