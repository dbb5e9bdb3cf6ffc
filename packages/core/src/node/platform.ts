/**
 * The members of a request of Node (http, and http2 with its compatibility API) that the listener uses. They are
 * written down here, so that the package needs no types of Node.
 */
export interface IncomingRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  /** The target before a framework removed its mount path. */
  readonly originalUrl?: string
  /** The unparsed body, which some hosts and body parsers keep here. */
  readonly rawBody?: unknown
  readonly rawHeaders: readonly string[]
  readonly destroyed: boolean
  /** The error of the connection, if there was one. */
  readonly errored?: Error | null
  readonly readableDidRead: boolean
  /** Whether somebody has read to the end. For an empty body, `readableDidRead` stays false. */
  readonly readableEnded: boolean
  on(event: 'data', listener: (chunk: string | Uint8Array) => void): unknown
  on(event: 'end' | 'close', listener: () => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  pause(): unknown
  resume(): unknown
}

/** The members of a response of Node that the listener uses. */
export interface OutgoingResponse {
  readonly headersSent: boolean
  readonly destroyed: boolean
  readonly writableFinished: boolean
  getHeader(name: string): unknown
  hasHeader(name: string): boolean
  writeHead(status: number, headers: Record<string, string | string[] | number>): unknown
  write(chunk: Uint8Array): boolean
  end(body?: string | Uint8Array): unknown
  destroy(error?: Error): unknown
  on(event: 'close' | 'drain', listener: () => void): unknown
}

interface MaybeBuffer {
  readonly Buffer?: { byteLength(text: string): number }
}

/** Returns the length of a text in UTF-8. */
export const byteLength: (text: string) => number =
  (globalThis as MaybeBuffer).Buffer?.byteLength ?? ((text) => new TextEncoder().encode(text).byteLength)
