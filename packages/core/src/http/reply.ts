import { standInPrototype } from './stand-in.ts'

/**
 * A response as plain data. The platform's `Response` costs more than most of what a request does, so the server makes one
 * only for a caller that needs it.
 */
export interface Reply {
  readonly status: number
  /** The headers, by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

const content = Symbol('content')
const made = Symbol('made')

/** A `Response` that is made when somebody looks at it. */
interface LazyResponse extends Response {
  [content]: Reply
  [made]: Response | undefined
}

/** Made with the first response: Node loads its `fetch` with the first look at `Response`, and an import should not. */
let prototype: Response | undefined

/**
 * Makes a response. Other code sees a `Response`; `replyOf` returns the plain data.
 * @throws {TypeError} when a header has a name or a value that HTTP does not allow
 */
export function reply(status: number, headers: Readonly<Record<string, string>>, body: string | null): Response {
  return isPlain(headers) ? plainReply({ status, headers, body }) : new Response(body, { status, headers })
}

/** Makes a response with headers that are known to be right: names in lower case, and values that HTTP allows. */
export function plainReply(plain: Reply): Response {
  prototype ??= standInPrototype(Response.prototype, toResponse)
  const response = Object.create(prototype) as LazyResponse
  response[content] = plain
  response[made] = undefined
  return response
}

/** Returns a response as plain data; `undefined` for a real `Response`, which may have been changed since. */
export function replyOf(response: Response): Reply | undefined {
  const { [content]: plain, [made]: real } = response as Partial<LazyResponse>
  return real === undefined ? plain : undefined
}

/** Returns the real `Response` of the platform. */
export function toResponse(response: Response): Response {
  const own = response as LazyResponse
  const plain = own[content] as Reply | undefined
  if (plain === undefined) return response
  own[made] ??= makeResponse(plain)
  return own[made]
}

/**
 * A browser leaves `Set-Cookie` out of each `Response` that a script makes ({@link
 * https://fetch.spec.whatwg.org/#forbidden-response-header-name Fetch, forbidden response-header names}). A server that
 * runs in a page would lose its interactions by that, so the response then gets headers of its own.
 */
function makeResponse({ status, headers, body }: Reply): Response {
  const response = new Response(body, { status, headers })
  const cookie = headers['set-cookie']
  if (cookie !== undefined && !response.headers.has('set-cookie')) {
    Object.defineProperty(response, 'headers', { value: new Headers(headers), configurable: true })
  }
  return response
}

/** Returns a response with further headers. They replace those of the same name, except `vary`, which is a list. */
export function withHeaders(response: Response, headers: Readonly<Record<string, string>>): Response {
  const plain = replyOf(response)
  if (plain !== undefined) {
    const vary = [plain.headers.vary ?? [], headers.vary ?? []].flat().join(', ')
    return plainReply({ ...plain, headers: { ...plain.headers, ...headers, ...(vary !== '' && { vary }) } })
  }
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'vary') response.headers.append(name, value)
    else response.headers.set(name, value)
  }
  return response
}

/** Returns the response to HEAD: that to GET, without its body. */
export function withoutBody(response: Response): Response {
  const plain = replyOf(response)
  return plain === undefined ? new Response(null, response) : plainReply({ ...plain, body: null })
}

/** Tells whether the platform would keep these headers as they are. It checks and changes all others. */
function isPlain(headers: Readonly<Record<string, string>>): boolean {
  for (const name in headers) {
    if (!/^[a-z-]+$/.test(name) || !/^(?:[!-~](?:[ -~]*[!-~])?)?$/.test(headers[name] as string)) return false
  }
  return true
}

/** Returns the status of a response, without making the platform's. */
export function statusOf(response: Response): number {
  return replyOf(response)?.status ?? response.status
}
