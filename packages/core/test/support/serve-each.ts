import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Provider } from '@oauth/core'
import { overHttp } from './over-http.ts'
import type { Reach } from './reach.ts'

/** The host's response to paths that the provider does not serve, when the issuer has no path. */
export const notFound = {
  body: JSON.stringify({ error: 'not_found' }),
  init: { status: 404, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } },
} as const

/**
 * Reaches each provider over HTTP through its adapter. All providers of a run share one server on one port, which
 * chooses the provider by the `Host` that the simulated proxy sends.
 */
export function serveEach(listenerOf: (provider: Provider) => RequestListener): Reach {
  const listeners = new Map<string, RequestListener>()
  const server = createServer({ maxHeaderSize: 65_536 }, (incoming, outgoing) => {
    const listener = listeners.get(incoming.headers.host ?? '')
    if (listener === undefined) outgoing.writeHead(421).end()
    else listener(incoming, outgoing)
  })
  const port = once(server.listen(0, '127.0.0.1').unref(), 'listening').then(
    () => (server.address() as AddressInfo).port,
  )

  return (provider) => {
    const host = `behind-${listeners.size + 1}.internal`
    listeners.set(host, listenerOf(provider))
    return async (request) => overHttp(await port, host, request)
  }
}
