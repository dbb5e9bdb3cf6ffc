import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { extname, join, normalize } from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.map': 'application/json',
  '.wasm': 'application/wasm',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/** Serves the files of a folder on this machine alone, for a look at the site. It is no server for the public. */
export function serveFolder(folder: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const wanted = fileOf(folder, pathname)
    const file = wanted ?? join(folder, '404.html')
    response.writeHead(wanted === undefined ? 404 : 200, {
      'content-type': types[extname(file)] ?? 'application/octet-stream',
      'cache-control': 'no-store',
    })
    createReadStream(file).pipe(response)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve(server))
  })
}

/** Returns the file of a path, or `undefined`. The normalized path of a URL cannot leave the folder. */
function fileOf(folder: string, pathname: string): string | undefined {
  let path: string
  try {
    path = normalize(join('/', decodeURIComponent(pathname)))
  } catch {
    return undefined
  }
  if (path.includes('\0')) return undefined
  for (const file of [join(folder, path), join(folder, path, 'index.html')]) {
    if (existsSync(file) && statSync(file).isFile()) return file
  }
  return undefined
}
