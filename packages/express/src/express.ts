import type { IncomingMessage, ServerResponse } from 'node:http'

/** The members of an Express request that this adapter uses. Requests of Express 4 and 5 fit. */
export interface ExpressRequest extends IncomingMessage {
  originalUrl: string
  /** The body that a body parser has read. */
  body?: unknown
  /** The unparsed body, which some hosts and the `verify` option of body parsers keep here. */
  rawBody?: unknown
}

export type ExpressMiddleware = (
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/**
 * Returns the URL of a request under the issuer's origin, or `undefined` when it is not a URL. The path is the one that
 * the client sent, because Express removes the mount path from `req.url`. Scheme and host come from the issuer, because
 * any client can forge them.
 */
export function urlOf(origin: string, { originalUrl }: ExpressRequest): string | undefined {
  const url = originalUrl.startsWith('/') ? origin + originalUrl : originalUrl
  if (!URL.canParse(url)) return undefined
  const { pathname, search } = new URL(url)
  return origin + pathname + search
}
