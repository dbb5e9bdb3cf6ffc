// Declares the modules of Node for a program whose settings do not name its types.
/// <reference types="node" preserve="true" />
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
