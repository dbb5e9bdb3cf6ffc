import { connect, createServer, type Server, type Socket } from 'node:net'

/** A way to a server that can be cut, and that can swallow what is sent. */
export interface Proxy {
  readonly url: string
  /** Ends every connection and refuses new ones, as a server that has gone down does. */
  goDown(): Promise<void>
  comeBack(): Promise<void>
  /** Takes what is sent and forwards nothing, as a network does that loses packets. */
  swallow(on: boolean): void
  close(): Promise<void>
}

export async function createProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let swallowing = false

  const relay = (from: Socket, to: Socket): void => {
    from.on('data', (data) => {
      if (!swallowing) to.write(data)
    })
    from.on('close', () => to.destroy())
    from.on('error', () => to.destroy())
    sockets.add(from)
    from.once('close', () => sockets.delete(from))
  }
  const open = (): Server =>
    createServer((client) => {
      const server = connect(Number(port), hostname)
      relay(client, server)
      relay(server, client)
    })
  const listen = (server: Server, at: number): Promise<number> =>
    new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(at, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
    })

  let server = open()
  const own = await listen(server, 0)
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String(own)

  const goDown = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
  }
  return {
    url: url.href,
    goDown,
    async comeBack() {
      server = open()
      await listen(server, own)
    },
    swallow(on) {
      swallowing = on
    },
    close: goDown,
  }
}
