import type { Exchange } from './exchange.ts'
import { readQuery, readRequest, readResponse } from './read-message.ts'

/** `fetch`, as oauth4webapi calls it. */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>

interface FetchInit {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: URLSearchParams | string | BodyInit | null | undefined
  readonly redirect?: RequestRedirect
}

/** Writes down the requests of one visitor, each with what it is for. */
export interface Log {
  /** Returns a `fetch` that writes its requests and their responses down. */
  fetch(what: string): Fetch
  /** Writes down a request that the browser makes: where the application sends it, or how it comes back. */
  browser(what: string, url: URL): void
}

/** Makes a log that passes what it has read to `keep`. */
export function createLog(keep: (exchange: Omit<Exchange, 'id'>) => void): Log {
  return {
    fetch: (what) => async (url, init) => {
      const at = Date.now()
      const started = performance.now()
      const { origin, pathname } = new URL(url)
      const request = readRequest(new Headers(init.headers), init.body)
      const about = { at, what, via: 'server', method: init.method, url: origin + pathname, request } as const
      let response: Response
      try {
        response = await fetch(url, init as RequestInit)
      } catch (error) {
        keep(about)
        throw error
      }
      const body = await response.clone().text()
      const ms = Math.round(performance.now() - started)
      keep({ ...about, status: response.status, ms, response: readResponse(response.headers, body) })
      return response
    },
    browser(what, url) {
      const address = url.origin + url.pathname
      keep({ at: Date.now(), what, via: 'browser', method: 'GET', url: address, request: readQuery(url) })
    },
  }
}
