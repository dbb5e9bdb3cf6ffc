import { Buffer } from 'node:buffer'
import type { ExpressRequest } from './express.ts'
import { serializeForm } from './serialize-form.ts'

/**
 * Puts the body back that a parser before us has read, as `rawBody`: that is where the bridge looks first.
 * @throws {Error} when it cannot be put together again
 */
export function restoreBody(req: ExpressRequest): void {
  if (!req.readableDidRead || req.rawBody instanceof Buffer || req.method === 'GET' || req.method === 'HEAD') return
  const text = textOf(req)
  if (text === undefined) throw bodyIsGone(req)
  req.rawBody = Buffer.from(text)
}

function textOf({ body, headers }: ExpressRequest): string | Uint8Array | undefined {
  if (typeof body === 'string' || body instanceof Uint8Array) return body
  const [mediaType = ''] = (headers['content-type'] ?? '').split(';')
  switch (mediaType.trim().toLowerCase()) {
    case 'application/json':
      return body === undefined ? undefined : JSON.stringify(body)
    case 'application/x-www-form-urlencoded':
      return typeof body === 'object' && body !== null ? serializeForm(body) : undefined
    default:
      // The provider refuses the type and needs no body for that.
      return ''
  }
}

function bodyIsGone({ method, originalUrl }: ExpressRequest): Error {
  const [path] = originalUrl.split('?')
  return new Error(
    `${method} ${path}: something before oauth(provider) has read the body and left nothing in req.body that it could ` +
      'be made of. Move app.use(oauth(provider)) before it. (express.json() and express.urlencoded() may stay before.)',
  )
}
