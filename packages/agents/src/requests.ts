import type { Fetch } from './listen.ts'

/** A request that reached the authorization server, and its answer. */
export interface SeenRequest {
  readonly method: string
  /** The path without the path of the issuer, for instance `/oauth2/token`. */
  readonly path: string
  readonly headers: Headers
  /** The query of a GET, the form or the JSON object of a POST. */
  readonly parameters: Readonly<Record<string, unknown>>
  readonly status: number
  /** The JSON answer, or an empty object. */
  readonly answer: Readonly<Record<string, unknown>>
}

/** Serves like `fetch`, and notes every request for the tests, which prove from it what a client has sent. */
export function recordRequests(fetch: Fetch, seen: SeenRequest[]): Fetch {
  return async (request) => {
    const { method, headers } = request
    const url = new URL(request.url)
    const body = method === 'POST' ? await request.clone().text() : ''
    const response = await fetch(request)
    const answer = isJson(response.headers) ? await response.clone().json() : {}
    const parameters =
      method !== 'POST'
        ? Object.fromEntries(url.searchParams)
        : isJson(headers)
          ? parse(body)
          : Object.fromEntries(new URLSearchParams(body))
    seen.push({
      method,
      path: url.pathname.replace(/^\/auth/, ''),
      headers,
      parameters,
      status: response.status,
      answer,
    })
    return response
  }
}

function isJson(headers: Headers): boolean {
  return headers.get('content-type')?.includes('json') ?? false
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
