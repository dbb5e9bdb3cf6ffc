import type { Server, ServerResponse } from 'node:http'
import { Server as NetServer } from 'node:net'

export interface GracefulStopOptions {
  /** Seconds for which an idle connection may still send a last request. Default: 2. */
  readonly idleSeconds?: number
  /** Seconds after which the server closes all connections. Default: 8; Docker kills a container after ten. */
  readonly limitSeconds?: number
}

/**
 * Prepares an HTTP server to stop without losing requests. Call it before the first request.
 *
 * The returned function stops listening, answers the requests in flight, and tells every client to close its connection
 * (`Connection: close`). It resolves when no connection is left, within `limitSeconds`.
 */
export function gracefulStop(
  server: Server,
  { idleSeconds = 2, limitSeconds = 8 }: GracefulStopOptions = {},
): () => Promise<void> {
  const answering = new Set<ServerResponse>()
  let stopped: Promise<void> | undefined

  server.prependListener('request', (_request, response) => {
    if (stopped !== undefined) response.shouldKeepAlive = false
    answering.add(response)
    response.once('close', () => answering.delete(response))
  })

  async function stop(): Promise<void> {
    for (const response of answering) response.shouldKeepAlive = false
    // An idle connection may carry the next request at this moment: closing it now would lose that request.
    const idle = setInterval(() => server.closeIdleConnections(), idleSeconds * 1000)
    const limit = setTimeout(() => server.closeAllConnections(), limitSeconds * 1000)
    // `close` of node:http closes idle connections at once; the one of node:net only stops listening.
    await new Promise<unknown>((resolve) => NetServer.prototype.close.call(server, resolve))
    clearInterval(idle)
    clearTimeout(limit)
  }

  return () => {
    stopped ??= stop()
    return stopped
  }
}

/**
 * Runs `stop` once on SIGTERM or Ctrl+C. The process then ends by itself; a second signal ends it at once.
 */
export function onStopSignal(stop: () => Promise<unknown>): void {
  const signals = ['SIGINT', 'SIGTERM'] as const
  const begin = (): void => {
    for (const signal of signals) process.off(signal, begin)
    stop().catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
      process.exitCode = 1
    })
  }
  for (const signal of signals) process.on(signal, begin)
}
