import { isPrivateAddress, isPrivateHost } from '../protocol/private-address.ts'
import { isLoopbackHost } from '../protocol/web-host.ts'
import type { LookupHost } from './platform.ts'
import { timeLimit } from './time-limit.ts'

/** Sends a request. The `fetch` of the platform has this type. */
export type OutboundFetch = (url: string, init: RequestInit) => Promise<Response>

/** The rules for every request that the server sends. */
export interface OutboundPolicy {
  /** The `outboundFetch` of the options, which then resolves host names. Default: the `fetch` of the platform. */
  readonly fetch?: OutboundFetch | undefined
  /** Allows requests to private addresses, and plain http to them. */
  readonly allowPrivate: boolean
  /** How long the whole response may take, in seconds. */
  readonly timeout: number
}

export interface OutboundRequest {
  /** Default: `GET`. */
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: URLSearchParams | string
  /** The media types that the response may have; any other is an error. Without it any type is accepted. */
  readonly mediaTypes?: readonly string[]
  /** The largest response, in bytes after decompression. Default: 262,144. */
  readonly maxBytes?: number
  /** The statuses whose body is read; with any other the text is empty. Default: all of them. */
  readonly readStatuses?: readonly number[]
  /** Lets this request go to this machine, also over plain http. For development, where this server is there as well. */
  readonly allowLoopback?: boolean
}

/** A response with its whole body. */
export interface OutboundAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/**
 * Sends a request to a URL that a client chose.
 * @throws {Error} when the URL or its address is not allowed, or the response is late, too large or of another media
 * type. The message is for the event hook, not for a response. The `name` is `TooLargeError` for a response that is too
 * large
 */
export type Outbound = (url: string, request?: OutboundRequest) => Promise<OutboundAnswer>

/** The default of `maxBytes`. Key sets and request objects are smaller. */
const largest = 262_144

/**
 * Makes the function through which the server sends every request: over https, to public addresses, with limits for
 * time and size. Redirects are not followed; a 3xx is treated like any other status but 200.
 *
 * The function resolves a host name before it fetches, and refuses it if any of its addresses is private. A resolver
 * could give `fetch` another address afterwards; but https demands a certificate for the name, which no private service
 * has.
 */
export function createOutbound({ fetch: own, allowPrivate, timeout }: OutboundPolicy, lookup?: LookupHost): Outbound {
  // Looked up at each call, because a platform may replace `fetch` later.
  const send: OutboundFetch = own ?? ((url, init) => fetch(url, init))
  return async (url, request = {}) => {
    const isExempt = allowPrivate || (request.allowLoopback === true && isLoopbackUrl(url))
    const problem = outboundUrlProblem(url, isExempt)
    if (problem !== undefined) throw new Error(`${url} ${problem}`)
    const signal = timeLimit(timeout)
    const late = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error(`${url} did not answer within ${timeout} s`)), {
        once: true,
      })
    })
    const exchange = async (): Promise<OutboundAnswer> => {
      if (own === undefined && !isExempt) await requirePublic(url, lookup)
      return receive(url, request, await send(url, initOf(request, signal)))
    }
    // The time-out is raced as well, because the `outboundFetch` of the host may ignore the signal.
    return Promise.race([exchange(), late])
  }
}

/**
 * Tells why the server may not fetch a URL, as far as the URL itself shows that; `undefined` when it may. It resolves
 * no names.
 */
export function outboundUrlProblem(url: string, allowPrivate: boolean): string | undefined {
  // A URL parser would strip or rewrite other characters.
  if (!/^[\x21-\x7e]+$/.test(url)) return 'has characters that are not allowed in a URL'
  if (!URL.canParse(url)) return 'is not an absolute URL'
  const { protocol, hostname, username, password } = new URL(url)
  const isPrivate = isPrivateHost(hostname)
  if (protocol !== 'https:' && !(protocol === 'http:' && allowPrivate && isPrivate)) return 'must use https'
  if (username !== '' || password !== '') return 'must not have user information'
  return isPrivate && !allowPrivate ? 'must not be in a private network' : undefined
}

function isLoopbackUrl(url: string): boolean {
  return URL.canParse(url) && isLoopbackHost(new URL(url).hostname)
}

async function requirePublic(url: string, lookup: LookupHost | undefined): Promise<void> {
  const { hostname } = new URL(url)
  // An IP address needs no look-up and was checked before.
  if (lookup === undefined || hostname.startsWith('[') || /^[\d.]+$/.test(hostname)) return
  const found = await lookup(hostname)
  if (found === undefined) return
  const inside = found.find(({ address }) => isPrivateAddress(address))
  if (inside !== undefined || found.length === 0) throw new Error(`${url} resolves to no public address`)
}

function initOf({ method = 'GET', headers, body, mediaTypes }: OutboundRequest, signal: AbortSignal): RequestInit {
  return {
    method,
    headers: { ...(mediaTypes !== undefined && { accept: mediaTypes.join(', ') }), ...headers },
    ...(body !== undefined && { body }),
    redirect: 'manual',
    signal,
  }
}

async function receive(url: string, request: OutboundRequest, response: Response): Promise<OutboundAnswer> {
  const { mediaTypes, maxBytes = largest, readStatuses } = request
  const { status, headers } = response
  const mediaType = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (response.ok && mediaTypes !== undefined && !mediaTypes.includes(mediaType)) {
    response.body?.cancel().catch(() => undefined)
    throw new Error(`${url} answered with the media type ${mediaType || '(none)'}`)
  }
  if (readStatuses !== undefined && !readStatuses.includes(status)) {
    response.body?.cancel().catch(() => undefined)
    return { status, headers, text: '' }
  }
  return { status, headers, text: await readBounded(url, response, maxBytes) }
}

async function readBounded(url: string, response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder()
  const reader = response.body?.getReader()
  let text = ''
  let length = 0
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    length += part.value.byteLength
    if (length > maxBytes) {
      reader?.cancel().catch(() => undefined)
      throw Object.assign(new Error(`${url} answered with more than ${maxBytes} bytes`), { name: 'TooLargeError' })
    }
    text += decoder.decode(part.value, { stream: true })
  }
  return text + decoder.decode()
}
