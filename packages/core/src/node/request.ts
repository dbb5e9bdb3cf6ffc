import { standInPrototype } from '../http/stand-in.ts'
import { bodyStream } from './body-stream.ts'
import type { IncomingRequest, OutgoingResponse } from './platform.ts'
import { readText, textOf } from './read-text.ts'

const state = Symbol('state')

interface State {
  readonly url: string
  readonly method: string
  readonly incoming: IncomingRequest
  readonly outgoing: OutgoingResponse
  /** Whether `text()` was called. */
  read: boolean
  real: Request | undefined
}

interface WithState {
  [state]: State
}

/** Made with the first request: Node loads its `fetch` with the first look at these classes, and an import should not. */
let headersPrototype: Headers | undefined
let requestPrototype: Request | undefined

const makeHeadersPrototype = (): Headers =>
  standInPrototype(Headers.prototype, (headers) => realOf(headers).headers, {
    get(this: Headers, name: string): string | null {
      const { real, incoming } = stateOf(this)
      return real === undefined ? findHeader(incoming.rawHeaders, name) : real.headers.get(name)
    },
  })

const makeRequestPrototype = (): Request =>
  standInPrototype(Request.prototype, realOf, {
    // Each request sets these three as its own.
    method: 'GET',
    url: '',
    headers: Headers.prototype,
    text(this: Request): Promise<string> {
      const own = stateOf(this)
      if (own.read || own.real !== undefined) return realOf(this).text()
      own.read = true
      if (!hasBody(own)) return Promise.resolve('')
      const { incoming } = own
      if (incoming.rawBody instanceof Uint8Array) return Promise.resolve(textOf([incoming.rawBody]))
      if (incoming.readableDidRead) {
        return Promise.reject(new TypeError('Body is unusable: Body has already been read'))
      }
      return readText(incoming)
    },
  })

/**
 * Makes the `Request` of a request to Node. Its method, URL, `headers.get` and `text` come straight from the connection.
 * For all other members it makes the platform's `Request`, once.
 */
export function createRequest(url: string, incoming: IncomingRequest, outgoing: OutgoingResponse): Request {
  const method = incoming.method ?? 'GET'
  const own: State = { url, method, incoming, outgoing, read: false, real: undefined }
  headersPrototype ??= makeHeadersPrototype()
  requestPrototype ??= makeRequestPrototype()
  const headers = Object.create(headersPrototype) as Headers & WithState
  headers[state] = own
  const request = Object.create(requestPrototype) as { -readonly [Name in keyof Request]: Request[Name] } & WithState
  request.method = method
  request.url = url
  request.headers = headers
  request[state] = own
  return request
}

/**
 * Returns the request of Node behind a `Request` that `nodeListener` has passed to your functions, for instance to
 * `getSession`. For any other `Request` it returns `undefined`.
 * @example
 * ```ts
 * clientCertificate: (request) => socketCertificate(nodeRequest<IncomingMessage>(request)?.socket)
 * ```
 */
export function nodeRequest<Incoming = IncomingRequest>(request: Request): Incoming | undefined {
  return (request as Partial<WithState>)[state]?.incoming as Incoming | undefined
}

function stateOf(standIn: object): State {
  return (standIn as WithState)[state]
}

/** Returns the value of a header, with repeated ones joined as in the Fetch API. */
function findHeader(rawHeaders: readonly string[], name: string): string | null {
  const wanted = name.toLowerCase()
  let found: string | null = null
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const sent = rawHeaders[index] as string
    if (sent.length !== wanted.length || sent.toLowerCase() !== wanted) continue
    const value = rawHeaders[index + 1] as string
    found = found === null ? value : found + (wanted === 'cookie' ? '; ' : ', ') + value
  }
  return found
}

function hasBody({ method }: State): boolean {
  return !/^(?:get|head)$/i.test(method) && isKnown(method)
}

/** Tells whether `fetch` can send a request with this method. HTTP/2 allows any text as a method. */
function isKnown(method: string): boolean {
  return /^(?!(?:connect|trace|track)$)[\w!#$%&'*+.^`|~-]+$/i.test(method)
}

function realOf(standIn: object): Request {
  const own = stateOf(standIn)
  own.real ??= makeRequest(own)
  return own.real
}

function makeRequest(own: State): Request {
  const { url, method, incoming, outgoing } = own
  const headers = new Headers()
  for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
    const name = incoming.rawHeaders[index] as string
    // HTTP/2 has pseudo-headers, such as `:path`.
    if (!name.startsWith(':')) headers.append(name, incoming.rawHeaders[index + 1] as string)
  }
  const closing = new AbortController()
  const close = (): void => {
    if (!outgoing.writableFinished) closing.abort()
  }
  if (outgoing.destroyed) close()
  else outgoing.on('close', close)
  // The platform refuses to make a request with another method. Only its copies show GET.
  const init = { method: isKnown(method) ? method : 'GET', headers, signal: closing.signal }
  if (!hasBody(own)) return new Request(url, init)
  const request = new Request(url, { ...init, body: bodyOf(own), duplex: 'half' } as RequestInit)
  // The body was read before the request was made: whoever reads it again must learn that.
  if (own.read || usedBefore(incoming)) void request.text().catch(() => undefined)
  return request
}

function bodyOf({ read, incoming }: State): BodyInit {
  if (read) return ''
  if (incoming.rawBody instanceof Uint8Array) return incoming.rawBody as Uint8Array<ArrayBuffer>
  // Of an empty body that a middleware has read before, no event follows.
  return incoming.readableEnded || usedBefore(incoming) ? '' : bodyStream(incoming)
}

function usedBefore({ rawBody, readableDidRead }: IncomingRequest): boolean {
  return readableDidRead && !(rawBody instanceof Uint8Array)
}
