import { connect, createServer, type Socket } from 'node:net'

/** A proxy in front of a database, whose answers arrive later than those of the database. */
export interface DelayedLink {
  readonly url: string
  close(): void
}

/** Makes a proxy that delays each answer by so many milliseconds, as a network would. */
export async function delayedLink(url: string, milliseconds: number): Promise<DelayedLink> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  const listener = createServer({ noDelay: true }, (client) => {
    const server = connect({ port: Number(target.port), host: target.hostname, noDelay: true })
    client.on('data', (data) => server.write(data))
    server.on('data', (data) => setTimeout(() => client.write(data), milliseconds))
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(one)
      one.on('error', () => undefined)
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port } = listener.address() as { readonly port: number }
  return {
    url: Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(port) }).href,
    close() {
      listener.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
