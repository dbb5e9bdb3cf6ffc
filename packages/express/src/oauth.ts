// Declares the modules of Node for a program whose settings do not name its types.
/// <reference types="node" preserve="true" />
import type { IncomingMessage } from 'node:http'
import type { Mountable } from '@oauth/core'
import { nodeListener, nodeRequest, requestUrl } from '@oauth/core/node'
import type { ExpressMiddleware, ExpressRequest } from './express.ts'
import { isBodyRead, restoreBody } from './restore-body.ts'

/**
 * Serves the provider in Express 4 and 5: `app.use(oauth(provider))`. Requests that are not for the provider go on to the
 * next handler. The provider answers its own errors. Only three errors go to the error handler of the application: another
 * middleware has read the body before and it cannot be restored, the stream of a response fails, or a `fetch` that you have
 * put around the provider throws.
 */
export function oauth(provider: Mountable): ExpressMiddleware {
  const urlOf = requestUrl(provider)
  const listener = nodeListener(provider)

  return (req, res, next) => {
    if (isBodyRead(req)) {
      const url = urlOf(req)
      try {
        if (url !== undefined && provider.matches({ url })) restoreBody(req)
      } catch (error) {
        return next(error)
      }
    }
    listener(req, res, next)
  }
}

/**
 * Returns the Express request behind a request that the provider passes to `getSession`. Use it when your session
 * middleware keeps the session there: `getSession: (request) => expressRequest(request)?.session`.
 */
export function expressRequest<Req extends IncomingMessage = ExpressRequest>(request: Request): Req | undefined {
  return nodeRequest<Req>(request)
}
