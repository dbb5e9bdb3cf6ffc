import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { gracefulStop } from '../../shared/src/stop-gracefully.ts'

const addresses = new WeakMap<Request, string>()

/** Returns the client address of the socket. Behind a proxy that is the proxy: read its header there instead. */
export function clientAddress(request: Request): string | undefined {
  return addresses.get(request)
}

export interface Listening {
  readonly server: Server
  /** Answers the requests in flight, closes the connections, and resolves. */
  readonly stop: () => Promise<void>
}

/** Serves a fetch handler on this machine only, because the demo account has a published password. */
export async function listen(
  port: number,
  fetch: (request: Request) => Response | Promise<Response>,
): Promise<Listening> {
  const server = createAdaptorServer({
    fetch: (request: Request, { incoming }) => {
      const { remoteAddress } = incoming.socket
      if (remoteAddress !== undefined) addresses.set(request, remoteAddress)
      return fetch(request)
    },
  }) as Server
  const stop = gracefulStop(server)
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  return { server, stop }
}
