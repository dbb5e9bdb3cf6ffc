import type { IncomingMessage, ServerResponse } from 'node:http'

/** What is used of a request of Express, in both its majors. */
export interface ExpressRequest extends IncomingMessage {
  originalUrl: string
  /** Where body parsers leave what they read. */
  body?: unknown
  /** Where some hosts, and the `verify` option of parsers, keep the body as it came. */
  rawBody?: unknown
}

export type ExpressMiddleware = (
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/**
 * The URL of a request under the issuer's origin. The path is the one that came from the network: Express takes the
 * mount path off `req.url`. Scheme and host are not taken from the request, because any client can make them up.
 * `undefined` when it is no URL.
 */
export function urlOf(origin: string, { originalUrl }: ExpressRequest): string | undefined {
  const url = originalUrl.startsWith('/') ? origin + originalUrl : originalUrl
  if (!URL.canParse(url)) return undefined
  const { pathname, search } = new URL(url)
  return origin + pathname + search
}
