import { serve } from 'bun'

type Fetch = (request: Request) => Response | Promise<Response>

/** How long clients have, once the server stops, to hear on their next request that it does. */
const goodbyeMilliseconds = 2000

/** After this the server breaks off what is left: Docker kills a container after ten seconds. */
const limitMilliseconds = 8000

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))

/**
 * Serves a fetch handler on this machine alone, and answers with a function that stops without breaking off clients.
 * Bun closes idle connections when it stops, which loses the request that is on its way on one; so answers carry
 * `Connection: close` for a while first.
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
