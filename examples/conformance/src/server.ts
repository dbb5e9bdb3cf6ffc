import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { Settings } from './settings.ts'

export interface Running {
  readonly port: number
  readonly stop: () => Promise<void>
}

/** Listens on the settings' port, in TLS where there is a key. */
export async function listen(
  { port, hostname, tls }: Pick<Settings, 'port' | 'hostname' | 'tls'>,
  fetch: (request: Request) => Promise<Response>,
): Promise<Running> {
  const server = createAdaptorServer(
    tls === undefined ? { fetch } : { fetch, createServer: createHttpsServer, serverOptions: tls },
  )
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, hostname, resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      if ('closeAllConnections' in server) server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
