import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { gracefulStop } from '../../shared/src/stop-gracefully.ts'

/** Serves a fetch handler on this machine only, because the demo account has a published password. */
export async function listen(port: number, fetch: (request: Request) => Response | Promise<Response>) {
  const server = createAdaptorServer({ fetch }) as Server
  const stop = gracefulStop(server)
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  return { server, stop }
}
