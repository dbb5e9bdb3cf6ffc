import { isPrivateAddress, isPrivateHost } from '../protocol/private-address.ts'
import type { LookupHost } from './platform.ts'

/** How to send a request. The platform's `fetch` fits. */
export type OutboundFetch = (url: string, init: RequestInit) => Promise<Response>

/** What holds for every request that we send. */
export interface OutboundPolicy {
  /** The host's own way out, which then decides what names resolve to. Default: the platform's `fetch`. */
  readonly fetch?: OutboundFetch | undefined
  /** Lets requests go to private addresses, and over plain http to them. */
  readonly allowPrivate: boolean
  /** Seconds for the whole answer. */
  readonly timeout: number
}

export interface OutboundRequest {
  /** Default: `GET`. */
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: URLSearchParams | string
  /** Media types that the answer may have; any other is an error. Without it the type does not matter. */
  readonly mediaTypes?: readonly string[]
}

/** An answer, read whole. */
export interface OutboundAnswer {
  readonly status: number
  readonly text: string
}

/**
 * Sends a request to a URL that somebody else chose.
 * @throws {Error} whatever is wrong: the URL, the address behind it, an answer that is late, large or of another media
 * type. Its message is for the event hook, not for the wire
 */
export type Outbound = (url: string, request?: OutboundRequest) => Promise<OutboundAnswer>

/** More than any key set or request object has, in bytes, counted after decompression. */
const largest = 262_144

/**
 * The one way out: over https, to public addresses, in bounded time and of bounded size whatever answers. A redirect is
 * not followed and so is an answer like any that is not 200.
 *
 * A name is resolved before it is fetched, and refused if any of its addresses is private. A resolver that then tells
 * `fetch` another address is not seen; but https demands a certificate for the name, which no private service has.
 */
export function createOutbound({ fetch: own, allowPrivate, timeout }: OutboundPolicy, lookup?: LookupHost): Outbound {
  // Looked up at each call: a platform may put another one there later.
  const send: OutboundFetch = own ?? ((url, init) => fetch(url, init))
  return async (url, request = {}) => {
    const problem = outboundUrlProblem(url, allowPrivate)
    if (problem !== undefined) throw new Error(`${url} ${problem}`)
    const signal = AbortSignal.timeout(timeout * 1000)
    const late = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error(`${url} did not answer within ${timeout} s`)), {
        once: true,
      })
    })
    const exchange = async (): Promise<OutboundAnswer> => {
      if (own === undefined && !allowPrivate) await requirePublic(url, lookup)
      return receive(url, request, await send(url, initOf(request, signal)))
    }
    // Raced as well: a `fetch` of the host's need not look at the signal.
    return Promise.race([exchange(), late])
  }
}

/** Why a URL may not be fetched, as far as it can be told without asking a resolver; `undefined` when it may. */
export function outboundUrlProblem(url: string, allowPrivate: boolean): string | undefined {
  // What a parser would strip or rewrite is not in a URL.
  if (!/^[\x21-\x7e]+$/.test(url)) return 'has characters that are not allowed in a URL'
  if (!URL.canParse(url)) return 'is not an absolute URL'
  const { protocol, hostname, username, password } = new URL(url)
  const isPrivate = isPrivateHost(hostname)
  if (protocol !== 'https:' && !(protocol === 'http:' && allowPrivate && isPrivate)) return 'must use https'
  if (username !== '' || password !== '') return 'must not have user information'
  return isPrivate && !allowPrivate ? 'must not be in a private network' : undefined
}

async function requirePublic(url: string, lookup: LookupHost | undefined): Promise<void> {
  const { hostname } = new URL(url)
  // An address was judged already, and names itself.
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

async function receive(url: string, { mediaTypes }: OutboundRequest, response: Response): Promise<OutboundAnswer> {
  const mediaType = (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (response.ok && mediaTypes !== undefined && !mediaTypes.includes(mediaType)) {
    response.body?.cancel().catch(() => undefined)
    throw new Error(`${url} answered with the media type ${mediaType || '(none)'}`)
  }
  return { status: response.status, text: await readBounded(url, response) }
}

async function readBounded(url: string, response: Response): Promise<string> {
  const decoder = new TextDecoder()
  const reader = response.body?.getReader()
  let text = ''
  let length = 0
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    length += part.value.byteLength
    if (length > largest) {
      reader?.cancel().catch(() => undefined)
      throw new Error(`${url} answered with more than ${largest} bytes`)
    }
    text += decoder.decode(part.value, { stream: true })
  }
  return text + decoder.decode()
}
