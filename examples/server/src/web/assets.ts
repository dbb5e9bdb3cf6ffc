import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { etag } from 'hono/etag'

/** Serves the two files that pages load. */
export function assets(): Hono {
  const style = readFileSync(new URL('./style.css', import.meta.url), 'utf8')
  const icon = readFileSync(new URL('./icon.svg', import.meta.url), 'utf8')
  const files = new Hono()
  files.use('/style.css', etag())
  files.get('/style.css', (c) =>
    c.body(style, 200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'no-cache' }),
  )
  files.get('/icon.svg', (c) =>
    c.body(icon, 200, { 'content-type': 'image/svg+xml', 'cache-control': 'max-age=86400' }),
  )
  return files
}
