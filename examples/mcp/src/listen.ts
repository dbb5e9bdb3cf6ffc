import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { gracefulStop } from '../../shared/src/stop-gracefully.ts'

const addresses = new WeakMap<Request, string>()

/** Who sent a request, as the socket says. Behind a proxy that is the proxy: read there what it says of its client. */
export function clientAddress(request: Request): string | undefined {
  return addresses.get(request)
}

export interface Listening {
  readonly server: Server
  /** Answers the requests in flight, closes the connections, and resolves. */
  readonly stop: () => Promise<void>
}

/** Serves a fetch handler on this machine alone: a demo account with a printed password is no one else's business. */
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
