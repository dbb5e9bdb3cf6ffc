import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

/** A server to which tests send bytes exactly as given. */
export interface RawServer {
  open(): Promise<Socket>
  /** Sends bytes, and returns what the server sends until it closes the connection. */
  send(bytes: string): Promise<string>
  close(): Promise<void>
}

/** Starts a server on a free port. */
export async function serveRaw(listener: RequestListener): Promise<RawServer> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const open = async (): Promise<Socket> => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    // The server may close the connection while the client still sends.
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    return socket
  }
  return {
    open,
    async send(bytes) {
      const socket = await open()
      let received = ''
      socket.on('data', (chunk) => {
        received += chunk.toString('latin1')
      })
      socket.write(bytes)
      await once(socket, 'close')
      return received
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Returns the status codes of the responses, in their order. */
export function statusesOf(received: string): readonly number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status))
}
