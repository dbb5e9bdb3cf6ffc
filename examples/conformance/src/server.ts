import type { Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { gracefulStop } from '../../shared/src/stop-gracefully.ts'
import type { Settings } from './settings.ts'

export interface Running {
  readonly port: number
  /** Answers the requests in flight, closes the connections, and resolves. */
  readonly stop: () => Promise<void>
}

/** Listens on the port of the settings, with TLS if the settings have a key. */
export async function listen(
  { port, hostname, tls }: Pick<Settings, 'port' | 'hostname' | 'tls'>,
  fetch: (request: Request) => Promise<Response>,
): Promise<Running> {
  const server = createAdaptorServer(
    tls === undefined ? { fetch } : { fetch, createServer: createHttpsServer, serverOptions: tls },
  )
  const stop = gracefulStop(server as Server)
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, hostname, resolve))
  return { port: (server.address() as AddressInfo).port, stop }
}
