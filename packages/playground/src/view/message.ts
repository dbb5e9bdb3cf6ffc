import type { FoundJwt } from '../jwts.ts'
import { type Answer, type Draft, headerOf, isForm, type Pair, parseJson, redirectOf } from '../world/exchange.ts'
import { h } from './h.ts'
import { jsonView } from './json.ts'
import { meanings } from './meanings.ts'
import { shorten } from './shorten.ts'

/** A table of headers or parameters, with what each means. */
export function pairsView(caption: string, pairs: readonly Pair[]): HTMLElement | undefined {
  if (pairs.length === 0) return undefined
  const rows = pairs.map(([name, value]) => {
    const meaning = meanings[name.toLowerCase()]
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, name, meaning !== undefined && h('small', {}, meaning)),
      h('td', {}, h('code', {}, shorten(value))),
    )
  })
  return h('table', { class: 'pairs' }, h('caption', {}, caption), h('tbody', {}, rows))
}

/** The line with the method and the URL, and everything else of a request. */
export function requestView({ method, url, headers, body }: Draft): readonly HTMLElement[] {
  const { origin, pathname, searchParams } = new URL(url)
  const parts = [
    h(
      'p',
      { class: 'start-line' },
      h('b', { class: `method m-${method.toLowerCase()}` }, method),
      ' ',
      h('code', {}, h('span', { class: 'origin' }, origin), pathname),
    ),
    pairsView('Query', [...searchParams]),
    pairsView('Headers', headers),
    body === undefined ? undefined : bodyView({ headers, body }),
  ]
  return parts.filter((part) => part !== undefined)
}

function bodyView({ headers, body }: { readonly headers: readonly Pair[]; readonly body: string }) {
  if (isForm({ headers })) return pairsView('Body', [...new URLSearchParams(body)])
  const json = parseJson(body)
  return h('figure', {}, h('figcaption', {}, 'Body'), json === undefined ? plainView(body) : jsonView(json))
}

const plainView = (text: string): HTMLElement => h('pre', { class: 'code' }, h('code', {}, text))

const statusNames: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  302: 'Found',
  303: 'See Other',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
}

export const statusText = (status: number): string => `${status} ${statusNames[status] ?? ''}`.trim()

/** A response: status, where it redirects, its body, and the headers folded away. */
export function answerView(answer: Answer): readonly HTMLElement[] {
  const { status, headers, body } = answer
  const kind = status >= 400 ? 'bad' : status >= 300 ? 'on' : 'good'
  const challenge = headerOf(answer, 'www-authenticate')
  const parts = [
    h('p', { class: 'start-line' }, h('b', { class: `status s-${kind}` }, statusText(status))),
    redirectView(answer),
    challenge === undefined ? undefined : pairsView('Challenge', [['www-authenticate', challenge]]),
    body === '' ? undefined : answerBody(answer, body),
    h('details', {}, h('summary', {}, `${headers.length} headers`), pairsView('Headers', headers)),
  ]
  return parts.filter((part) => part !== undefined)
}

function redirectView(answer: Answer): HTMLElement | undefined {
  const redirected = redirectOf(answer)
  if (redirected === undefined) return undefined
  return h(
    'div',
    {},
    h('p', { class: 'goes-to' }, 'The browser goes to ', h('code', {}, redirected.target)),
    pairsView('With', redirected.parameters),
  )
}

function answerBody(answer: Answer, body: string): HTMLElement {
  if (headerOf(answer, 'content-type')?.startsWith('text/html')) return pageText(body)
  const json = parseJson(body)
  return json === undefined ? plainView(body) : jsonView(json)
}

/** The text of a page of the server. The markup itself is not shown, so that nothing of it runs here. */
function pageText(html: string): HTMLElement {
  const title = /<title>([^<]*)<\/title>/.exec(html)?.[1] ?? ''
  const main = /<main[^>]*>([\s\S]*)<\/main>/.exec(html)?.[1] ?? html.replace(/^[\s\S]*<\/style>/, '')
  const lines = main
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replace(/<\/(?:p|h1|h2|div|li|summary|details|form|button)>/g, '\n')
    .replace(/<[^>]+>/g, '')
    .split('\n')
    .map((line) => plainText(line).trim())
    .filter((line) => line !== '')
  return h(
    'div',
    { class: 'window' },
    h('p', { class: 'bar' }, 'A page for the user: ', plainText(title)),
    h(
      'div',
      { class: 'paper' },
      lines.map((line, index) => h(index === 0 ? 'strong' : 'p', {}, line)),
    ),
  )
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'" }

const plainText = (text: string): string => text.replace(/&([#\w]+);/g, (whole, name) => entities[name] ?? whole)

/** A JWT taken apart: its three parts in colours, header and claims, and what its signature proves. */
export function jwtView({ name, token, header, claims, signature }: FoundJwt, now: number): HTMLElement {
  const [first, second, third] = token.split('.')
  return h(
    'section',
    { class: 'jwt', 'aria-label': `The JWT in ${name}` },
    h('h4', {}, 'JWT in ', h('code', {}, name)),
    h(
      'p',
      { class: `signature ${signature.valid ? 'valid' : 'wrong'}` },
      signature.valid ? '✓ Valid: ' : '✗ Not valid: ',
      signature.text,
    ),
    h(
      'details',
      {},
      h('summary', {}, `Encoded, ${token.length} characters`),
      h(
        'p',
        { class: 'parts' },
        h('code', {}, h('span', { class: 'p1' }, first ?? ''), '.', h('span', { class: 'p2' }, second ?? '')),
        h('code', {}, '.', h('span', { class: 'p3' }, third ?? '')),
      ),
    ),
    pairsView('Header', toPairs(header, now)),
    pairsView('Claims', toPairs(claims, now)),
  )
}

const toPairs = (members: object, now: number): readonly Pair[] =>
  Object.entries(members).map(([name, value]) => [name, describe(name, value, now)])

function describe(name: string, value: unknown, now: number): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' && /^(?:exp|iat|nbf|auth_time)$/.test(name)) {
    const seconds = value - now
    const when = seconds === 0 ? 'now' : seconds > 0 ? `in ${seconds} s` : `${-seconds} s ago`
    return `${value}  (${when})`
  }
  return JSON.stringify(value)
}
