import type { HonoRequest } from 'hono'

/**
 * Returns the request with the body that earlier handlers have read through `c.req`, which keeps it.
 * @throws {Error} when a handler has read the body from `c.req.raw`, which does not keep it
 */
export async function restoreBody(req: HonoRequest): Promise<Request> {
  const { method, headers, signal, url } = req.raw
  return new Request(url, { method, headers, signal, body: await bodyOf(req) })
}

async function bodyOf(req: HonoRequest): Promise<ArrayBuffer | string> {
  const [kind] = Object.keys(req.bodyCache)
  if (kind === undefined) throw bodyIsGone(req)
  if (kind !== 'formData') return req.arrayBuffer()
  const form = new URLSearchParams()
  // Files need a content type that the provider refuses anyway.
  for (const [name, value] of await req.formData()) if (typeof value === 'string') form.append(name, value)
  return form.toString()
}

function bodyIsGone({ method, path }: HonoRequest): Error {
  return new Error(
    `${method} ${path}: a handler before oauth(provider) has read the body of c.req.raw. Move app.use(oauth(provider)) ` +
      'before that handler, or read the body with c.req.text(), c.req.json() or c.req.parseBody(), which keep it.',
  )
}
