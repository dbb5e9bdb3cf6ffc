import type { Mountable } from '@oauth/core'
import type { MiddlewareHandler } from 'hono'
import { answer } from './answer.ts'
import { rememberContext } from './context.ts'
import { restoreBody } from './restore-body.ts'
import { answerUnavailable } from './unavailable.ts'

export { honoContext } from './context.ts'

/**
 * Serves the provider in Hono: `app.use(oauth(provider))`, in the application itself or in one that is mounted with
 * `route`. Requests that are not for the provider go on to the next handler. If that fails because the server cannot serve for a
 * moment (`StorageUnavailableError`, `temporarily_unavailable`), the answer is 503 with `Retry-After`.
 */
export function oauth(provider: Mountable): MiddlewareHandler {
  return async (c, next) => {
    const { raw } = c.req
    if (!provider.matches(raw)) {
      await next()
      answerUnavailable(c)
      return undefined
    }
    const request = raw.bodyUsed ? await restoreBody(c.req) : raw
    rememberContext(request, c)
    const response = await provider.fetch(request)
    answer(c, response)
    return undefined
  }
}
