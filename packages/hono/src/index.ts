import type { Mountable } from '@oauth/core'
import type { MiddlewareHandler } from 'hono'
import { answer } from './answer.ts'
import { rememberContext } from './context.ts'
import { restoreBody } from './restore-body.ts'

export { honoContext } from './context.ts'

/**
 * Serves the provider in Hono: `app.use(oauth(provider))`, in the application itself or in one that is mounted with
 * `route`. Requests that are not for the provider go on to the next handler.
 */
export function oauth(provider: Mountable): MiddlewareHandler {
  return async (c, next) => {
    const { raw } = c.req
    if (!provider.matches(raw)) return next()
    const request = raw.bodyUsed ? await restoreBody(c.req) : raw
    rememberContext(request, c)
    const response = await provider.fetch(request)
    answer(c, response)
    return undefined
  }
}
