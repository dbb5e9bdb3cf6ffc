import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach } from 'vitest'

type Handle = (request: IncomingMessage, response: ServerResponse) => void

/** A web server of another party, on this machine. */
export interface Remote {
  readonly origin: string
  /** The path of every request that the server received. */
  readonly requests: string[]
  /** Sets the response to requests for a path. */
  serve(path: string, handle: Handle): void
  /** Serves a document of this media type at a path. */
  serveText(path: string, mediaType: string, text: string): void
  serveJson(path: string, value: unknown, mediaType?: string): void
}

const open: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

/** Starts a web server of another party, which is closed after the test. */
export async function startRemote(): Promise<Remote> {
  const handlers = new Map<string, Handle>()
  const requests: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    requests.push(path)
    const handle = handlers.get(path)
    if (handle !== undefined) return handle(request, response)
    response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const remote: Remote = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    serve: (path, handle) => void handlers.set(path, handle),
    serveText(path, mediaType, text) {
      remote.serve(path, (_, response) => void response.writeHead(200, { 'content-type': mediaType }).end(text))
    },
    serveJson(path, value, mediaType = 'application/json') {
      remote.serveText(path, mediaType, JSON.stringify(value))
    },
  }
  return remote
}
