/** A name with its value. With `raw`, the value stands in the request as it is, without percent-encoding. */
export interface Pair {
  readonly name: string
  readonly value: string
  readonly raw?: boolean
}

/** The parts of a request, before it is one: what mutations change. */
export interface Draft {
  readonly method: string
  /** Where the request goes, without a query. */
  readonly url: string
  readonly query: readonly Pair[]
  readonly headers: readonly Pair[]
  /** At most one of these is there. */
  readonly form?: readonly Pair[] | undefined
  readonly json?: unknown
  /** The body in place of `form` and `json`. */
  readonly text?: string | undefined
}

export type Members = Readonly<Record<string, string>>

export const pairsOf = (members: Members): readonly Pair[] =>
  Object.entries(members).map(([name, value]) => ({ name, value }))

/** Encodes as a form does. A lone surrogate becomes a replacement character. */
const encode = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1)

const encodePairs = (pairs: readonly Pair[]): string =>
  pairs.map(({ name, value, raw }) => `${encode(name)}=${raw === true ? value : encode(value)}`).join('&')

const formType = 'application/x-www-form-urlencoded'

/** Makes a GET request. */
export function get(url: string, query: Members = {}, headers: Members = {}): Draft {
  return { method: 'GET', url, query: pairsOf(query), headers: pairsOf(headers) }
}

/** Makes a GET request of a URL that has a query. */
export function getUrl(address: string, headers: Members = {}): Draft {
  const { origin, pathname, searchParams } = new URL(address)
  const query = [...searchParams].map(([name, value]) => ({ name, value }))
  return { method: 'GET', url: origin + pathname, query, headers: pairsOf(headers) }
}

/** Makes a POST request with a form. */
export function postForm(url: string, form: Members, headers: Members = {}): Draft {
  return {
    method: 'POST',
    url,
    query: [],
    headers: pairsOf({ 'content-type': formType, ...headers }),
    form: pairsOf(form),
  }
}

/** Makes a request with a JSON body. */
export function sendJson(method: string, url: string, json: unknown, headers: Members = {}): Draft {
  return { method, url, query: [], headers: pairsOf({ 'content-type': 'application/json', ...headers }), json }
}

/** The body as text. */
export function bodyOf({ form, json, text }: Draft): string | undefined {
  if (text !== undefined) return text
  if (form !== undefined) return encodePairs(form)
  return json === undefined ? undefined : JSON.stringify(json)
}

/** Makes the request; `undefined` when HTTP cannot express it, for instance a line break in a header. */
export function requestOf(draft: Draft): Request | undefined {
  const { method, url, query, headers } = draft
  const body = method === 'GET' || method === 'HEAD' ? undefined : bodyOf(draft)
  const address = query.length === 0 ? url : `${url}?${encodePairs(query)}`
  try {
    const all = new Headers()
    for (const { name, value } of headers) all.append(name, value)
    return new Request(address, { method, headers: all, redirect: 'manual', ...(body !== undefined && { body }) })
  } catch {
    return undefined
  }
}

/** All text of a request, to look for the client ids that it names. */
export function textOf(draft: Draft): string {
  const pairs = [...draft.query, ...draft.headers, ...(draft.form ?? [])].map(({ value }) => value)
  return [draft.url, ...pairs, bodyOf(draft) ?? ''].join('\n')
}

/** What a failure prints: the request as text. */
export function printed(draft: Draft): string {
  const { method, url, query, headers } = draft
  const lines = headers.map(({ name, value }) => `${name}: ${value}`)
  const target = query.length === 0 ? url : `${url}?${encodePairs(query)}`
  return [`${method} ${target}`, ...lines, '', bodyOf(draft) ?? ''].join('\n').slice(0, 4000)
}
