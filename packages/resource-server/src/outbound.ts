import type { Clock } from './clock.ts'
import { timeLimit } from './time-limit.ts'
import { parseSecureUrl } from './url.ts'

/** A function that sends a request. `globalThis.fetch` fits. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** A request of `oauth4webapi` or `jose` to the authorization server. */
export interface OutboundRequest {
  readonly method: string
  readonly headers: Headers | Record<string, string>
  readonly body?: URLSearchParams | undefined
}

export type Outbound = (url: string, request: OutboundRequest) => Promise<Response>

/** The largest accepted response in bytes after decompression. No real metadata document or key set is that large. */
const largest = 1_048_576

/**
 * Makes the function that sends all requests: to secure URLs only, with a limited time and response size whatever `fetch`
 * does. Redirects are not followed; the libraries refuse a 3xx like any status other than 200.
 * `timeout` is in seconds, for the whole response.
 */
export function boundedFetch(fetch: Fetch, timeout: number): Outbound {
  return async (url, { method, headers, body }) => {
    parseSecureUrl(url, 'outbound request')
    const signal = timeLimit(timeout)
    const late = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
    const init: RequestInit = { method, headers, ...(body !== undefined && { body }), redirect: 'manual', signal }
    return Promise.race([send(fetch, url, init), late])
  }
}

/** Wraps `outbound`: after a failure, also a status other than 200, it sends no request for the given seconds. */
export function rememberFailures(outbound: Outbound, seconds: number, clock: Clock): Outbound {
  let failure: { readonly error: unknown; readonly until: number } | undefined
  return async (url, request) => {
    if (failure !== undefined && clock.now() < failure.until) throw failure.error
    try {
      const response = await outbound(url, request)
      if (response.status !== 200) throw new Error(`${url} answered ${response.status}`)
      failure = undefined
      return response
    } catch (error) {
      failure = { error, until: clock.now() + seconds }
      throw error
    }
  }
}

async function send(fetch: Fetch, url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init)
  const body = await readBounded(response)
  return new Response(body.length === 0 ? null : body, { status: response.status, headers: response.headers })
}

async function readBounded(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = response.body?.getReader()
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    length += part.value.length
    if (length > largest) {
      await reader?.cancel()
      throw new Error(`${response.url} answered with more than ${largest} bytes`)
    }
    chunks.push(part.value)
  }
  const body = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    body.set(chunk, offset)
    offset += chunk.length
  }
  return body
}
