import type { Context } from 'hono'

/**
 * Answers with a response, together with the headers and cookies that earlier handlers have set. A plain assignment to
 * `c.res` would let those win over the headers of the response, and drop its cookies.
 */
export function answer(c: Context, response: Response): void {
  const merged = c.newResponse(response.body, response)
  c.res = undefined
  c.res = merged
}
