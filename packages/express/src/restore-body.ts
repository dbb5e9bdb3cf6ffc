import { Buffer } from 'node:buffer'
import type { ExpressRequest } from './express.ts'
import { serializeForm } from './serialize-form.ts'

/** Tells whether a middleware has read a body before, and has not kept it as `rawBody`. */
export function isBodyRead({ method, readableDidRead, rawBody }: ExpressRequest): boolean {
  return readableDidRead && method !== 'GET' && method !== 'HEAD' && !(rawBody instanceof Uint8Array)
}

/**
 * Restores a body that a parser has read before, as `rawBody`, where the listener of the core looks first.
 * @throws {Error} when the body cannot be restored
 */
export function restoreBody(req: ExpressRequest): void {
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
      // The provider refuses this content type without reading the body.
      return ''
  }
}

function bodyIsGone({ method, originalUrl }: ExpressRequest): Error {
  const [path] = originalUrl.split('?')
  return new Error(
    `${method} ${path}: a middleware before oauth(provider) has read the body, and it cannot be restored from req.body. ` +
      'Move app.use(oauth(provider)) before that middleware. (express.json() and express.urlencoded() may stay before.)',
  )
}
