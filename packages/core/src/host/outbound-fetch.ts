import type { OutboundFetch } from '../http/outbound.ts'
import { wrongAnswer } from './wrong-answer.ts'

/** Wraps the option `outboundFetch` so that its answer is checked. */
export function checkedOutboundFetch(send: OutboundFetch | undefined): OutboundFetch | undefined {
  return (
    send &&
    (async (url, init) => {
      const response: unknown = await send(url, init)
      if (isResponse(response)) return response
      throw wrongAnswer('outboundFetch', 'a Response of the Fetch API', response)
    })
  )
}

/**
 * Tells whether a value is a `Response` by its members, since the `fetch` of a proxy may have a class of its own. Its
 * body must be a web stream.
 */
function isResponse(value: unknown): value is Response {
  const { status, headers, body } = (value ?? {}) as { status?: unknown; headers?: Headers; body?: Response['body'] }
  if (typeof status !== 'number' || typeof headers?.get !== 'function') return false
  return body === null || body === undefined || typeof body.getReader === 'function'
}
