import { redirect } from './redirect.ts'

/**
 * A form of another site comes without the host's cookies and ours; the same request as a GET brings them.
 * @returns the way to that GET, or `undefined` for a request that is no such form
 */
export function foreignFormAsGet(request: Request, url: string, form: string): Response | undefined {
  const foreign = request.method === 'POST' && !['same-origin', null].includes(request.headers.get('sec-fetch-site'))
  // Written anew: what a form body may hold, a header may not.
  return foreign ? redirect(request, `${url}?${new URLSearchParams(form)}`) : undefined
}
