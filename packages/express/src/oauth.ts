import type { IncomingMessage } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Mountable } from '@oauth/core'
import { type ExpressMiddleware, type ExpressRequest, urlOf } from './express.ts'
import { restoreBody } from './restore-body.ts'
import { sendResponse } from './send-response.ts'

const requests = new WeakMap<Request, ExpressRequest>()

/**
 * Serves the provider in Express 4 and 5: `app.use(oauth(provider))`. Requests that are not for the provider go on to the
 * next handler. The provider answers its own errors. Only two errors go to the error handler of the application: another
 * middleware has read the body before and it cannot be restored, or the stream of a response fails.
 */
export function oauth(provider: Mountable): ExpressMiddleware {
  const { origin } = new URL(provider.issuer)

  return (req, res, next) => {
    const url = urlOf(origin, req)
    if (url === undefined || !provider.matches({ url })) return next()
    try {
      restoreBody(req)
    } catch (error) {
      return next(error)
    }
    const answer = async (request: Request): Promise<Response> => {
      requests.set(request, req)
      await sendResponse(res, await provider.fetch(request))
      return RESPONSE_ALREADY_SENT
    }
    const listener = getRequestListener(answer, { overrideGlobalObjects: false, errorHandler: next })
    // The listener reads the URL only during this call.
    const belowMount = req.url
    req.url = url
    void listener(req, res)
    req.url = belowMount
  }
}

/**
 * Returns the Express request behind a request that the provider passes to `getSession`. Use it when your session
 * middleware keeps the session there: `getSession: (request) => expressRequest(request)?.session`.
 */
export function expressRequest<Req extends IncomingMessage = ExpressRequest>(request: Request): Req | undefined {
  return requests.get(request) as Req | undefined
}
