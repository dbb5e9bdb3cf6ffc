import { readFileSync } from 'node:fs'
import { Hono } from 'hono'
import { serveFile } from './serve-file.ts'

const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8')

/** Serves the files that pages load. */
export function assets(): Hono {
  const files = new Hono()
  files.get('/style.css', serveFile(read('./style.css'), 'text/css; charset=utf-8'))
  files.get('/home.css', serveFile(read('./home.css'), 'text/css; charset=utf-8'))
  files.get('/icon.svg', serveFile(read('./icon.svg'), 'image/svg+xml'))
  return files
}
