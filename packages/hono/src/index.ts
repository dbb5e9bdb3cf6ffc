import type { Mountable } from '@oauth/core'
import type { MiddlewareHandler } from 'hono'
import { restoreBody } from './restore-body.ts'

/**
 * Serves the provider in Hono: `app.use(oauth(provider))`, in the application itself or in one that is mounted with
 * `route`. What is not for the provider goes on to the next handler.
 */
export function oauth(provider: Mountable): MiddlewareHandler {
  return async (c, next) => {
    const { raw } = c.req
    if (!provider.matches(raw)) return next()
    const response = await provider.fetch(raw.bodyUsed ? await restoreBody(c.req) : raw)
    const merged = c.newResponse(response.body, response)
    // Headers and cookies that handlers before us have set are in there. Assigned over them, Hono would let theirs win,
    // and drop our cookies for theirs.
    c.res = undefined
    c.res = merged
    return undefined
  }
}
