import type { Context } from '../../contracts/context.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { type CacheBounds, freshSeconds } from './freshness.ts'

/** How documents are fetched. */
export interface FetchRules {
  readonly bounds: CacheBounds
  /** The largest document, in bytes after decompression. */
  readonly maxBytes: number
  readonly allowLoopback: boolean
}

/** The answer of the document's server. */
export type FetchedDocument = {
  /** For how many seconds it may be used. */
  readonly freshSeconds: number
  /** Its `ETag`, for the next request. */
  readonly etag?: string
} & ({ readonly notModified: true } | { readonly notModified: false; readonly text: string })

/** The error of a document whose server did not answer, or says that it has a problem itself. It may pass. */
export interface Unreachable {
  readonly unreachable: OAuthError
}

/**
 * Fetches a document. It sends no cookie and follows no redirect, and only a 200 with JSON is a document.
 * @param etag of the known document: the server may then answer 304
 * @throws {OAuthError} `invalid_client` when the server answers and it is no document
 */
export async function fetchDocument(
  { outbound }: Context,
  url: string,
  { bounds, maxBytes, allowLoopback }: FetchRules,
  etag: string | undefined,
): Promise<FetchedDocument | Unreachable> {
  const answer = await outbound(url, {
    headers: { accept: 'application/json', ...(etag !== undefined && { 'if-none-match': etag }) },
    maxBytes,
    readStatuses: [200],
    allowLoopback,
  }).catch((cause: unknown) => ({ cause }))
  if ('cause' in answer) {
    const { cause } = answer
    if ((cause as Error).name === 'TooLargeError') throw invalidClient(`must have at most ${maxBytes} bytes`, cause)
    // The reason is for the host alone: it would tell a stranger which addresses this server can reach.
    return { unreachable: invalidClient('could not be fetched: its server did not answer, or not in time', cause) }
  }
  const { status, headers, text } = answer
  const facts = { freshSeconds: freshSeconds(headers, bounds), ...etagOf(headers) }
  if (status === 200 && !isJson(headers)) throw invalidClient('must have the media type application/json')
  if (status === 200) return { ...facts, notModified: false, text }
  if (status === 304 && etag !== undefined) return { ...facts, etag: facts.etag ?? etag, notModified: true }
  const error = invalidClient(`must be answered with the status 200: it was ${status}`)
  if (status >= 500 || status === 429) return { unreachable: error }
  throw error
}

function isJson(headers: Headers): boolean {
  const mediaType = (headers.get('content-type') ?? '').split(';')[0]?.trim() ?? ''
  return /^application\/(?:json|[\w.!#$&^-]+\+json)$/i.test(mediaType)
}

/** The error of a client whose document is unusable. `problem` completes "the document". */
export function invalidClient(problem: string, cause?: unknown): OAuthError {
  return new OAuthError('invalid_client', `the document at the client_id ${problem}`, {
    status: 400,
    ...(cause !== undefined && { cause }),
  })
}

/** A quoted `ETag` of a usual length, with or without `W/` ({@link https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3 RFC 9110}). */
function etagOf(headers: Headers): { readonly etag?: string } {
  const etag = headers.get('etag') ?? ''
  return /^(?:W\/)?"[\x21\x23-\x7e]{0,200}"$/.test(etag) ? { etag } : {}
}
