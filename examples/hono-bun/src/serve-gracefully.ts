import { serve } from 'bun'

type Fetch = (request: Request) => Response | Promise<Response>

/** The time after the stop signal in which responses tell clients with `Connection: close` that the server stops. */
const goodbyeMilliseconds = 2000

/** After this time the server closes all connections: Docker kills a container after ten seconds. */
const limitMilliseconds = 8000

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))

/**
 * Serves a fetch handler on this machine only, and returns a function that stops without losing requests. Bun closes idle
 * connections when it stops, which loses a request that is on its way on one; so responses have `Connection: close` for a
 * while first.
 */
export function serveGracefully(port: number, fetch: Fetch): () => Promise<void> {
  let stopped: Promise<void> | undefined
  const server = serve({
    port,
    hostname: '127.0.0.1',
    async fetch(request) {
      const response = await fetch(request)
      if (stopped === undefined) return response
      const headers = new Headers(response.headers)
      headers.set('connection', 'close')
      const { status, statusText, body } = response
      return new Response(body, { status, statusText, headers })
    },
  })
  async function stop(): Promise<void> {
    await pause(goodbyeMilliseconds)
    const limit = setTimeout(() => void server.stop(true), limitMilliseconds - goodbyeMilliseconds)
    await server.stop()
    clearTimeout(limit)
  }
  return () => {
    stopped ??= stop()
    return stopped
  }
}
