import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'

/** A relying party's redirect URI, over real HTTP. It records requests and redirects the browser to another origin. */
export interface Callback {
  readonly url: string
  /** The URL where the browser ends. Its origin differs from that of the redirect URI. */
  readonly end: string
  /** The requests that brought authorization responses. */
  readonly received: readonly Request[]
  readonly stop: () => Promise<void>
}

export async function startCallback(): Promise<Callback> {
  const received: Request[] = []
  let end = ''
  const server = createAdaptorServer({
    async fetch(request: Request) {
      if (new URL(request.url).pathname !== '/callback') return new Response('<h1>Arrived</h1>', { headers: html })
      const { method, url, headers } = request
      const body = method === 'POST' ? await request.text() : undefined
      received.push(new Request(url, { method, headers, ...(body !== undefined && { body }) }))
      return new Response(null, { status: 303, headers: { location: end } })
    },
  }) as Server
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, resolve))
  const { port } = server.address() as AddressInfo
  end = `http://localhost:${port}/end`
  return {
    url: `http://127.0.0.1:${port}/callback`,
    end,
    received,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const html = { 'content-type': 'text/html; charset=utf-8' }
