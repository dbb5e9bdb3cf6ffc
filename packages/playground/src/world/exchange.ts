import type { OAuthEvent } from '@oauth/core'
import { decodeJwt } from 'jose'

/** Who sends and who answers. `browser` is the browser of the user. */
export type Party = 'app' | 'browser' | 'server' | 'api'

/** A header or a parameter. */
export type Pair = readonly [name: string, value: string]

/** A request as the reader sees and edits it, before it is sent. */
export interface Draft {
  readonly method: string
  /** The URL with its query. */
  readonly url: string
  readonly headers: readonly Pair[]
  readonly body?: string
}

/** A response as plain text. */
export interface Answer {
  readonly status: number
  readonly headers: readonly Pair[]
  readonly body: string
}

/** One call of the storage by the server. */
export interface StorageCall {
  /** For instance `grants.commit`. */
  readonly verb: string
  /** The outcome where it is a word, for instance `won`. */
  readonly outcome?: string
}

/** One request with everything that it caused. */
export interface Exchange {
  readonly from: Party
  readonly to: Party
  readonly request: Draft
  readonly answer: Answer
  readonly events: readonly OAuthEvent[]
  readonly calls: readonly StorageCall[]
}

/** Returns the value of a header, or `undefined`. */
export function headerOf(message: { readonly headers: readonly Pair[] }, name: string): string | undefined {
  return message.headers.find(([own]) => own.toLowerCase() === name)?.[1]
}

const formType = 'application/x-www-form-urlencoded'

/** Tells whether the body of a message is a form. */
export function isForm(message: { readonly headers: readonly Pair[] }): boolean {
  return headerOf(message, 'content-type')?.startsWith(formType) === true
}

/** Makes a GET request with parameters in its query. */
export function get(url: string, parameters: Parameters = {}, headers: readonly Pair[] = []): Draft {
  const query = encode(parameters)
  return { method: 'GET', url: query === '' ? url : `${url}?${query}`, headers }
}

/** Makes a POST request with a form. */
export function postForm(url: string, parameters: Parameters, headers: readonly Pair[] = []): Draft {
  return { method: 'POST', url, headers: [['content-type', formType], ...headers], body: encode(parameters) }
}

/** Makes a POST request with a JSON body. */
export function postJson(url: string, body: object, headers: readonly Pair[] = []): Draft {
  return {
    method: 'POST',
    url,
    headers: [['content-type', 'application/json'], ...headers],
    body: JSON.stringify(body, undefined, 2),
  }
}

/** Parameters; those that are `undefined` are left out. */
export type Parameters = Readonly<Record<string, string | undefined>>

export function encode(parameters: Parameters): string {
  const entries = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return new URLSearchParams(entries).toString()
}

/** Returns the error of a response: its code, `inactive` for a token that introspection knows nothing of, or `undefined`. */
export function errorOf({ answer, events }: Exchange): string | undefined {
  const inBody = parseJson(answer.body)
  if (typeof inBody?.error === 'string') return inBody.error
  if (inBody?.active === false) return 'inactive'
  const redirected = new Map(redirectOf(answer)?.parameters)
  const signed = redirected.get('response')
  const error = signed === undefined ? redirected.get('error') : decodeJwt(signed).error
  if (typeof error === 'string') return error
  if (answer.status < 400) return undefined
  const challenged = /error="([^"]+)"/.exec(headerOf(answer, 'www-authenticate') ?? '')?.[1]
  if (challenged !== undefined) return challenged
  for (const event of events) if (event.type === 'request.refused') return event.error
  return headerOf(answer, 'www-authenticate') === undefined ? `status ${answer.status}` : 'unauthorized'
}

/** Where a response sends the browser, with the parameters of the query or the fragment. */
export function redirectOf(
  answer: Answer,
): { readonly target: string; readonly parameters: readonly Pair[]; readonly url: string } | undefined {
  const location = headerOf(answer, 'location')
  if (location === undefined) return undefined
  const url = new URL(location, 'https://id.example.com')
  const parameters = [...(url.hash === '' ? url.searchParams : new URLSearchParams(url.hash.slice(1)))]
  return { target: url.origin + url.pathname, parameters, url: url.href }
}

/** Reads a JSON object, or returns `undefined`. */
export function parseJson(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
