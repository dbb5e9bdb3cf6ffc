import type { RequestHead } from './request-head.ts'

/** The origins whose scripts may call a resource. */
export type AllowedOrigins = '*' | readonly string[]

type Added = Readonly<Record<string, string>>

/** Tells whether a request is a preflight ({@link https://fetch.spec.whatwg.org/#cors-preflight-request Fetch}). It never has a token. */
export function isPreflight({ method, headers }: RequestHead): boolean {
  return method === 'OPTIONS' && headers.has('origin') && headers.has('access-control-request-method')
}

/**
 * Answers a preflight. It allows the headers that the browser asks for, because tools add their own (`traceparent`) to
 * every request. The handler of the resource sees no preflight, so it never runs without a token.
 */
export function preflightResponse(request: RequestHead, allowed: AllowedOrigins): Response {
  const requested = request.headers.get('access-control-request-headers')
  return addHeaders(new Response(null, { status: 204 }), {
    ...originHeaders(request, allowed),
    'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
    'access-control-allow-headers': requested ?? 'Authorization, Content-Type',
    'access-control-max-age': '600',
    'cache-control': 'no-store',
  })
}

/** Lets scripts of the allowed origins read a response, unless the host has decided about its origin before. */
export function withCors(response: Response, request: RequestHead, allowed: AllowedOrigins): Response {
  if (hasDecided(response.headers)) return response
  return addHeaders(response, originHeaders(request, allowed))
}

/** Tells whether the host has decided about the origin of the request: it allowed it, or its answer depends on it. */
function hasDecided(headers: Headers): boolean {
  return headers.has('access-control-allow-origin') || /(?:^|[ ,])origin(?:$|[ ,])/i.test(headers.get('vary') ?? '')
}

function originHeaders({ headers }: RequestHead, allowed: AllowedOrigins): Added {
  if (allowed === '*') return { 'access-control-allow-origin': '*' }
  if (allowed.length === 0) return {}
  const origin = headers.get('origin')
  return {
    vary: 'Origin',
    ...(origin !== null && allowed.includes(origin) && { 'access-control-allow-origin': origin }),
  }
}

/** Headers that are lists, to which earlier and later handlers add. */
const lists: readonly string[] = ['vary', 'access-control-expose-headers']

/** Adds headers to a response, in place where its headers can be changed: those of `fetch` cannot. */
export function addHeaders(response: Response, added: Added): Response {
  const names = Object.keys(added)
  if (names.length === 0) return response
  const answer = changeable(response)
  for (const name of names) {
    if (lists.includes(name)) answer.headers.append(name, added[name] ?? '')
    else answer.headers.set(name, added[name] ?? '')
  }
  return answer
}

function changeable(response: Response): Response {
  try {
    response.headers.delete('x-oauth-resource-server')
    return response
  } catch {
    return new Response(response.body, response)
  }
}

/** @throws {TypeError} when an origin is not one: it has a path, or a slash at its end */
export function checkOrigins(allowed: AllowedOrigins): void {
  if (allowed === '*') return
  for (const origin of allowed) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new TypeError(`allowedOrigins: ${origin} is not an origin, such as https://app.example.com`)
    }
  }
}
