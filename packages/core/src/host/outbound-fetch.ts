import type { OutboundFetch } from '../http/outbound.ts'
import { wrongAnswer } from './wrong-answer.ts'

/** The option `outboundFetch`, with its answer checked. */
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

/** By its members: a proxy's `fetch` may have a class of its own, but its body has to be a stream of the Web. */
function isResponse(value: unknown): value is Response {
  const { status, headers, body } = (value ?? {}) as { status?: unknown; headers?: Headers; body?: Response['body'] }
  if (typeof status !== 'number' || typeof headers?.get !== 'function') return false
  return body === null || body === undefined || typeof body.getReader === 'function'
}
