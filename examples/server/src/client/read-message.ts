import { decodeJwtParts } from './decode-jwt.ts'
import type { DecodedToken, Message, Pair } from './exchange.ts'
import { shortenAuthorization, shortenIfCredential } from './shorten.ts'

/** The longest JSON that the timeline keeps, in characters. */
const longest = 6000

const requestHeaders = ['accept', 'authorization', 'content-type']
const responseHeaders = ['cache-control', 'content-type', 'www-authenticate']

/** Reads what the timeline shows of a request that the application's server sends. */
export function readRequest(headers: Headers, body: unknown): Message {
  const form = body instanceof URLSearchParams ? parametersOf(body) : []
  return {
    headers: pick(headers, requestHeaders),
    parameters: form,
    ...(typeof body === 'string' && readJson(body)),
    tokens: [],
  }
}

/** Reads what the timeline shows of the response. */
export function readResponse(headers: Headers, body: string): Message {
  return { headers: pick(headers, responseHeaders), parameters: [], tokens: tokensIn(body), ...readJson(body) }
}

/** Reads what the timeline shows of a request that the browser sends: the query. */
export function readQuery(url: URL): Message {
  return { headers: [], parameters: parametersOf(url.searchParams), tokens: [] }
}

function parametersOf(parameters: URLSearchParams): readonly Pair[] {
  return [...parameters].map(([name, value]) => [name, shortenIfCredential(name, value)])
}

function pick(headers: Headers, names: readonly string[]): readonly Pair[] {
  return names.flatMap((name) => {
    const value = headers.get(name)
    if (value === null) return []
    return [[name, name === 'authorization' ? shortenAuthorization(value) : value] as const]
  })
}

/** Returns the JSON of a body with its credentials shortened. A body that is no JSON is not kept. */
function readJson(body: string): { readonly json?: string } {
  const value = parse(body)
  if (value === undefined) return {}
  const text = JSON.stringify(
    value,
    (name, member: unknown) => (typeof member === 'string' ? shortenIfCredential(name, member) : member),
    2,
  )
  return { json: text.length > longest ? `${text.slice(0, longest)}\n… (${text.length} characters)` : text }
}

function tokensIn(body: string): readonly DecodedToken[] {
  const value = parse(body)
  if (typeof value !== 'object' || value === null) return []
  return ['id_token', 'access_token'].flatMap((name) => {
    const token: unknown = (value as Record<string, unknown>)[name]
    const decoded = typeof token === 'string' ? decodeJwtParts(token) : undefined
    if (decoded === undefined) return []
    const { header, claims } = decoded
    return [{ name, header: JSON.stringify(header, undefined, 2), claims: JSON.stringify(claims, undefined, 2) }]
  })
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
