import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server on a free port of this machine. */
export interface Site {
  readonly origin: string
  /** Answers the requests. A test sets it when the addresses of all sites are known. */
  serve: (request: Request) => Response | Promise<Response>
  close(): Promise<void>
}

const open = new Set<Site>()

/** Starts a server that answers 503 until the test sets `serve`. */
export async function listen(): Promise<Site> {
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const method = incoming.method ?? 'GET'
    const body = method === 'GET' || method === 'HEAD' ? undefined : Buffer.concat(chunks)
    const headers = Object.entries(incoming.headersDistinct).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    )
    const response = await site.serve(
      new Request(site.origin + incoming.url, { method, headers, ...(body !== undefined && { body }) }),
    )
    outgoing.setHeaders(response.headers)
    outgoing.writeHead(response.status)
    outgoing.end(Buffer.from(await response.arrayBuffer()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const site: Site = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve: () => new Response(null, { status: 503 }),
    async close() {
      open.delete(site)
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  open.add(site)
  return site
}

/** Stops all servers that are still open. */
export async function closeSites(): Promise<void> {
  for (const site of [...open]) await site.close()
}
