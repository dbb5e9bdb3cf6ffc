// Next.js with its own server, because `next start` closes idle connections at once when it stops, and then a request that
// is on its way on such a connection is lost.
import { createServer } from 'node:http'
import { Server } from 'node:net'

process.env.NODE_ENV ??= 'production'
const { default: next } = await import('next')

const port = Number(process.env.PORT ?? 3000)
const app = next({ dev: false, dir: import.meta.dirname, port })
await app.prepare()
const handle = app.getRequestHandler()

/** @type {Set<import('node:http').ServerResponse>} */
const answering = new Set()
let isStopping = false

const server = createServer((request, response) => {
  if (isStopping) response.shouldKeepAlive = false
  answering.add(response)
  response.once('close', () => answering.delete(response))
  void handle(request, response)
})
server.listen(port, () => process.stdout.write(`Listening on port ${port}\n`))

/** Answers the requests in flight, and lets every client close its connection; after eight seconds it closes the rest. */
function stop() {
  if (isStopping) process.exit(1)
  isStopping = true
  for (const response of answering) response.shouldKeepAlive = false
  setInterval(() => server.closeIdleConnections(), 2000).unref()
  setTimeout(() => server.closeAllConnections(), 8000).unref()
  // `close` of node:http closes idle connections at once; the one of node:net only stops listening.
  Server.prototype.close.call(server, async () => {
    await app.close()
    process.exit(0)
  })
}
process.on('SIGINT', stop)
process.on('SIGTERM', stop)
