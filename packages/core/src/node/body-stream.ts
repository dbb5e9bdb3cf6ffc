import { closedConnection } from './closed-connection.ts'
import type { IncomingRequest } from './platform.ts'

/** Makes a stream of the body of a request. Nobody reads from the connection before somebody reads from the stream. */
export function bodyStream(incoming: IncomingRequest): ReadableStream<Uint8Array> {
  let over = false
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const end = (finish: () => void) => () => {
          if (!over) finish()
          over = true
        }
        incoming.on('data', (chunk: string | Uint8Array) => {
          if (over) return
          controller.enqueue(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk)
          incoming.pause()
        })
        incoming.on(
          'end',
          end(() => controller.close()),
        )
        const fail = end(() => controller.error(closedConnection()))
        incoming.on('error', fail)
        incoming.on('close', fail)
        incoming.pause()
      },
      pull() {
        if (!over) incoming.resume()
      },
      cancel() {
        over = true
        // The rest must be read, or the connection could not be used for the response and the next request.
        incoming.resume()
      },
    },
    { highWaterMark: 0 },
  )
}
