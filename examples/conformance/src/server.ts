import type { Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer, type HttpBindings } from '@hono/node-server'
import { gracefulStop } from '../../shared/src/stop-gracefully.ts'
import type { Settings } from './settings.ts'
import { keepSocket } from './sockets.ts'

export interface Running {
  readonly port: number
  /** Answers the requests in flight, closes the connections, and resolves. */
  readonly stop: () => Promise<void>
}

/**
 * Listens on the port of the settings, with TLS if the settings have a key. With `certificates` it asks for certificates and
 * takes every one: the provider decides what a certificate is good for.
 */
export async function listen(
  { port, hostname, tls, certificates }: Pick<Settings, 'port' | 'hostname' | 'tls' | 'certificates'>,
  fetch: (request: Request) => Promise<Response>,
): Promise<Running> {
  const handle = (request: Request, bindings: object): Promise<Response> => {
    keepSocket(request, (bindings as HttpBindings).incoming.socket)
    return fetch(request)
  }
  const asks = certificates && { requestCert: true, rejectUnauthorized: false, ca: [...certificates.authorities] }
  const server = createAdaptorServer(
    tls === undefined
      ? { fetch: handle }
      : { fetch: handle, createServer: createHttpsServer, serverOptions: { ...tls, ...asks } },
  )
  const stop = gracefulStop(server as Server)
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, hostname, resolve))
  return { port: (server.address() as AddressInfo).port, stop }
}
