import type { Clock } from './clock.ts'
import { parseSecureUrl } from './url.ts'

/** How to send a request. `globalThis.fetch` fits. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** What the libraries ask to have sent. */
export interface OutboundRequest {
  readonly method: string
  readonly headers: Headers | Record<string, string>
  readonly body?: URLSearchParams | undefined
}

export type Outbound = (url: string, request: OutboundRequest) => Promise<Response>

/** More than any metadata document or key set has, in bytes, counted after decompression. */
const largest = 1_048_576

/**
 * The one way out: to secure URLs only, in bounded time and of bounded size whatever `fetch` does. A redirect is not
 * followed and so is an answer like any that is not 200: the libraries refuse it.
 * `timeout` in seconds, for the whole answer.
 */
export function boundedFetch(fetch: Fetch, timeout: number): Outbound {
  return async (url, { method, headers, body }) => {
    parseSecureUrl(url, 'outbound request')
    const signal = AbortSignal.timeout(timeout * 1000)
    const late = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
    const init: RequestInit = { method, headers, ...(body !== undefined && { body }), redirect: 'manual', signal }
    return Promise.race([send(fetch, url, init), late])
  }
}

/** The same, and a failure (also another status than 200) is not tried again for so many seconds. */
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
