import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'

export type Fetch = (request: Request) => Response | Promise<Response>

export interface Listening {
  /** The origin, with the free port that the operating system chose. */
  readonly origin: string
  /** Sets the handler. It comes later, because the handler needs to know the origin. */
  readonly serve: (fetch: Fetch) => void
  readonly stop: () => Promise<void>
}

/**
 * The platform's `Response`. `@hono/node-server` replaces the global one. The clients run in the same process and check
 * that a response of `fetch` is an instance of the global one.
 */
const platformResponse = globalThis.Response

/** Listens on a free port of this machine. */
export async function listen(): Promise<Listening> {
  let serving: Fetch | undefined
  const server = createAdaptorServer({
    fetch: (request: Request) => serving?.(request) ?? new Response('starting', { status: 503 }),
  }) as Server
  globalThis.Response = platformResponse
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    serve: (fetch) => {
      serving = fetch
    },
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
