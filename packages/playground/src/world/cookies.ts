import type { Draft } from './exchange.ts'

/** The cookies of one browser, all of them for the host of the server. */
export interface CookieJar {
  header(): string
  /** Keeps the cookies of a `Set-Cookie` header. */
  keep(setCookie: string): void
}

export function createCookieJar(): CookieJar {
  const cookies = new Map<string, string>()
  return {
    header: () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    keep(setCookie) {
      const [, name, value, attributes] = /^([^=;]+)=([^;]*)(.*)$/s.exec(setCookie) ?? []
      if (name === undefined || value === undefined) return
      if (/max-age=0/i.test(attributes ?? '')) cookies.delete(name)
      else cookies.set(name, value)
    },
  }
}

/**
 * Makes a `Request` of a draft. A browser leaves `Cookie` and `Origin` out of each `Request` that a script makes, so the
 * request gets headers of its own, which a script may fill.
 */
export function makeRequest({ method, url, headers, body }: Draft): Request {
  const own = new Headers(headers as [string, string][])
  const request = new Request(url, { method, ...(body !== undefined && method !== 'GET' && { body }) })
  return Object.defineProperty(request, 'headers', { value: own })
}
