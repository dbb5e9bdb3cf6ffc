import type { Reply } from '../http/reply.ts'
import { retryHeaders } from '../policy/failure.ts'

const plainText = { 'content-type': 'text/plain', 'cache-control': 'no-store' }

/**
 * Makes the answer to an error that no endpoint has caught, for instance of a page of the host: 503 with `Retry-After` while
 * the storage is away, as the endpoints answer, and 500 otherwise. It says nothing of the error.
 */
export function failureReply(thrown: unknown): Reply {
  const headers = retryHeaders(thrown)
  if (headers === undefined) return { status: 500, headers: plainText, body: 'Internal Server Error' }
  return { status: 503, headers: { ...headers, ...plainText }, body: 'Service Unavailable' }
}
