import { createHash } from 'node:crypto'
import type { Handler } from 'hono'

/** Serves a file that was read at the start. A browser asks each time, and gets it only if it has changed. */
export function serveFile(content: string, type: string): Handler {
  const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`
  return (c) => {
    const headers = { etag, 'cache-control': 'no-cache' }
    if (c.req.header('if-none-match') === etag) return c.body(null, 304, headers)
    return c.body(content, 200, { ...headers, 'content-type': type })
  }
}
