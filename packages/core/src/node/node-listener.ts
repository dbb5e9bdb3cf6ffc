import { createReport } from '../host/console.ts'
import type { Reply } from '../http/reply.ts'
import { entryOf } from '../server/entry.ts'
import { failureReply } from '../server/failure-reply.ts'
import type { Mountable } from '../server/received-at.ts'
import { isClosedConnection } from './closed-connection.ts'
import type { IncomingRequest, OutgoingResponse } from './platform.ts'
import { createRequest } from './request.ts'
import { requestUrl } from './request-url.ts'
import { send, sendReply } from './send.ts'

/**
 * A listener for `createServer` of Node (http, https, and http2 with its compatibility API), and a middleware
 * for frameworks that call it with `next`.
 */
export type NodeListener = (
  incoming: IncomingRequest,
  outgoing: OutgoingResponse,
  next?: (error?: unknown) => void,
) => void

/**
 * Serves a provider in Node, without the cost of a `Request` and a `Response` of the Fetch API for each request.
 *
 * Your functions, for instance `getSession`, get an object with all members of a `Request`; `nodeRequest(request)`
 * returns the request of Node behind it. Only the constructors of the platform do not take the object itself: write
 * `fetch(request.clone())`.
 *
 * The URL of a request begins with the origin of the issuer, whatever the client sent as `Host`.
 * @param provider the provider, the result of `receivedAt`, or of `createTenants`, which chooses a tenant by the `Host`
 * @param others serves the requests that are not for the provider, for instance your pages. Without it, they go to `next`
 * when a framework passes it; otherwise the provider answers them with 404. An error of yours is answered with 503 and
 * `Retry-After` when it says that the server cannot serve for a moment (`StorageUnavailableError`, `temporarily_unavailable`), and
 * with 500 otherwise.
 * @example
 * ```ts
 * // With createServer of Node's http module.
 * createServer(nodeListener(provider, pages)).listen(3000)
 * ```
 */
export function nodeListener(
  provider: Mountable,
  others?: (request: Request) => Response | Promise<Response>,
): NodeListener {
  const urlOf = requestUrl(provider)
  const entry = entryOf(provider)
  const report = createReport()

  return (incoming, outgoing, next) => {
    const isHead = incoming.method === 'HEAD'
    const fail = (error: unknown): void => {
      if (next !== undefined) next(error)
      else {
        if (!isClosedConnection(incoming, error)) report('the listener failed', error)
        if (outgoing.headersSent) outgoing.destroy()
        else sendReply(outgoing, failureReply(error), isHead)
      }
    }
    const finish = (response: Response): void => {
      try {
        send(outgoing, response, isHead)?.catch(fail)
      } catch (error) {
        fail(error)
      }
    }
    const url = urlOf(incoming)
    const foreign = (others ?? next) !== undefined && (url === undefined || !provider.matches({ url }))
    if (foreign && others === undefined) return next?.()
    if (url === undefined) return sendReply(outgoing, malformed, isHead)
    try {
      const request = createRequest(foreign ? url : entry.publishedUrl(url), incoming, outgoing)
      const response = foreign && others !== undefined ? others(request) : entry.answer(request)
      if (response instanceof Promise) response.then(finish, fail)
      else finish(response)
    } catch (error) {
      fail(error)
    }
  }
}

const malformed: Reply = {
  status: 400,
  headers: { 'content-type': 'text/plain', 'cache-control': 'no-store' },
  body: 'The request target is not a URL',
}
