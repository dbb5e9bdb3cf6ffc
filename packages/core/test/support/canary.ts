import { Browser } from './browser.ts'
import type { World } from './world.ts'

/** A kind of credential that must appear only in the response that delivers it. */
export type CanaryKind = 'code' | 'token' | 'secret' | 'verifier' | 'cookie'

interface Answer {
  readonly endpoint: string
  readonly status: number
  readonly headers: string
  readonly location: string
  readonly cookies: string
  readonly body: string
}

export interface Aviary {
  readonly world: World
  /** Adds a credential that no request or response contains in the usual place. */
  add(kind: CanaryKind, value: string | undefined): void
  readonly canaries: ReadonlyMap<string, CanaryKind>
  /** Returns every known credential in a text, with its kind. */
  findIn(text: string): readonly string[]
  /** Returns every credential that a response contains in a place that does not deliver it. */
  strays(): readonly string[]
}

const sent: Readonly<Record<string, CanaryKind>> = {
  code: 'code',
  code_verifier: 'verifier',
  client_secret: 'secret',
  refresh_token: 'token',
  access_token: 'token',
  token: 'token',
  id_token_hint: 'token',
}

const delivered: Readonly<Record<string, CanaryKind>> = {
  access_token: 'token',
  refresh_token: 'token',
  id_token: 'token',
  registration_access_token: 'token',
  client_secret: 'secret',
}

/**
 * A world that records every credential in requests and responses, and every response. The value of the host's cookie
 * differs from the session id, so that a test can tell them apart.
 */
export function keepCanaries(plain: World): Aviary {
  const canaries = new Map<string, CanaryKind>()
  const answers: Answer[] = []

  const add = (kind: CanaryKind, value: string | undefined | null): void => {
    // A credential keeps its first kind: a token that an attacker sends as a code is still a token.
    if (value && !canaries.has(needleOf(value))) canaries.set(needleOf(value), kind)
  }
  const addForm = (text: string): void => {
    for (const [name, value] of new URLSearchParams(text)) if (sent[name] && value.length > 7) add(sent[name], value)
  }
  const addJson = (text: string): void => {
    for (const match of text.matchAll(/"(\w+)":"([^"]+)"/g)) {
      const kind = delivered[match[1] ?? ''] ?? sent[match[1] ?? '']
      if (kind !== undefined && (match[2] as string).length > 7) add(kind, match[2])
    }
  }

  const fetch = async (request: Request): Promise<Response> => {
    const authorization = request.headers.get('authorization') ?? ''
    if (/^bearer /i.test(authorization)) add('token', authorization.slice(7))
    if (/^basic [A-Za-z0-9+/=]+$/i.test(authorization)) {
      add('secret', decodeURIComponent(atob(authorization.slice(6)).split(':')[1] ?? ''))
    }
    for (const cookie of (request.headers.get('cookie') ?? '').split('; ')) add('cookie', cookie.split('=')[1])
    const url = new URL(request.url)
    addForm(url.search)
    const body = request.body === null ? '' : await request.clone().text()
    if (body.startsWith('{')) addJson(body)
    else addForm(body)
    const response = await plain.provider.fetch(request)
    const text = await response.clone().text()
    const location = response.headers.get('location') ?? ''
    if (location !== '') add('code', new URL(location).searchParams.get('code'))
    const cookies = response.headers.getSetCookie()
    for (const cookie of cookies) add('cookie', /^[^=]+=([^;]*)/.exec(cookie)?.[1])
    if (text.startsWith('{')) addJson(text)
    const headers = [...response.headers].filter(([name]) => name !== 'location' && name !== 'set-cookie')
    answers.push({
      endpoint: url.pathname,
      status: response.status,
      headers: JSON.stringify(headers),
      location,
      cookies: cookies.join(),
      body: text,
    })
    return response
  }

  let counter = 0
  const world: World = {
    ...plain,
    provider: { ...plain.provider, fetch },
    signIn(user) {
      const cookie = `cookie-of-${user.id}-${++counter}-canary`
      plain.sessions.set(cookie, { user, session: { id: `session-${counter}`, authTime: plain.clock.now() } })
      return cookie
    },
    browser: () => new Browser(world),
  }

  const findIn = (text: string): readonly string[] =>
    [...canaries].filter(([needle]) => text.includes(needle)).map(([needle, kind]) => `${kind} ${needle}`)

  return {
    world,
    add,
    canaries,
    findIn,
    strays: () =>
      answers.flatMap((answer) => {
        const { endpoint, status, headers, location, cookies, body } = answer
        const where = (part: string): string => `${endpoint} ${status} ${part}: `
        return [
          ...findIn(headers).map((found) => where('headers') + found),
          ...findIn(location)
            .filter((found) => !found.startsWith('code '))
            .map((found) => where('location') + found),
          ...findIn(cookies)
            .filter((found) => !found.startsWith('cookie '))
            .map((found) => where('cookies') + found),
          ...findIn(body)
            .filter((found) => !isDelivery(answer, found))
            .map((found) => where('body') + found),
        ]
      }),
  }
}

/** Whether the response delivers the credential: tokens at the token endpoint, client credentials at registration. */
function isDelivery({ endpoint, status, body }: Answer, found: string): boolean {
  if (status !== 200 && status !== 201) return false
  const [kind, needle = ''] = found.split(' ')
  const members = [...body.matchAll(/"(\w+)":"([^"]+)"/g)].filter(([, , value]) => value?.includes(needle))
  const names = members.map(([, name]) => name ?? '')
  if (endpoint.endsWith('/oauth2/token') && kind === 'token') {
    return names.every((name) => ['access_token', 'refresh_token', 'id_token'].includes(name))
  }
  if (/\/(?:register(?:\/.*)?|create-client|rotate-secret)$/.test(endpoint)) {
    return names.every((name) => ['client_secret', 'registration_access_token'].includes(name))
  }
  return false
}

/** The secret part of a credential: the characters after its id, or the signature of a JWT. */
function needleOf(value: string): string {
  if (/^[a-z][0-9a-v]{24}[A-Za-z0-9_-]{43}$/.test(value)) return value.slice(25)
  const [, , signature] = value.split('.')
  return signature ? signature : value
}

/** Formats an event, error or log line with all its members, those that JSON omits included. */
export function describeDeep(value: unknown, seen: Set<unknown> = new Set()): string {
  if (typeof value !== 'object' || value === null) return String(value)
  if (seen.has(value)) return ''
  seen.add(value)
  return Reflect.ownKeys(value)
    .map((key) => `${String(key)}: ${describeDeep((value as Record<PropertyKey, unknown>)[key], seen)}`)
    .join('\n')
}
