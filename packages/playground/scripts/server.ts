import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'

const types: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'playground.css': 'text/css',
  'playground.js': 'text/javascript',
}

/**
 * Serves the three files of a folder below a path. The page has its own policy; what a page cannot forbid itself is added.
 * @param path begins and ends with a slash
 */
export function createFileServer(folder: string, path = '/'): Server {
  return createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const name = pathname.startsWith(path) ? pathname.slice(path.length) || 'index.html' : ''
    const type = types[name]
    if (type === undefined) return void response.writeHead(404).end('Not found')
    response.writeHead(200, {
      'content-type': type,
      'cache-control': 'no-cache',
      'content-security-policy': "frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    })
    response.end(await readFile(join(folder, name)))
  })
}
