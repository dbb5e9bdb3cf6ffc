import { connect, createServer, type Socket } from 'node:net'
import type { DatabaseLink, Trap } from './link.ts'

/** A TCP proxy in front of a database. */
export interface DatabaseProxy extends DatabaseLink {
  /** The address of the database, through the proxy. */
  readonly url: string
}

export async function proxyTo(url: string): Promise<DatabaseProxy> {
  const target = new URL(url)
  const pairs = new Set<readonly [Socket, Socket]>()
  const held: (() => void)[] = []
  let stalled = false
  let trap: { readonly pattern: RegExp; readonly when: Trap; skip: number } | undefined
  let sent = ''

  const carry = (to: Socket, data: Buffer): void => {
    if (stalled) held.push(() => to.write(data))
    else to.write(data)
  }

  function fromClient(client: Socket, server: Socket, data: Buffer): void {
    const text = data.toString('latin1')
    sent += text
    const sprung = trap?.pattern.test(text) && trap.skip-- <= 0 ? trap.when : undefined
    if (sprung !== undefined) trap = undefined
    if (sprung === 'stall') stalled = true
    if (sprung === 'after') {
      // The database runs the statement, and its response is lost.
      server.removeAllListeners('data')
      server.write(data, () => setTimeout(() => server.destroy(), 200))
      client.destroy()
    } else if (sprung === 'within') {
      server.removeAllListeners('data')
      server.once('data', (response) => {
        client.write(response.subarray(0, Math.ceil(response.length / 2)), () => client.destroy())
        server.destroy()
      })
      server.write(data)
    } else if (sprung === 'before') {
      client.destroy()
      server.destroy()
    } else {
      carry(server, data)
    }
  }

  const listener = createServer((client) => {
    const server = connect(Number(target.port), target.hostname)
    const pair = [client, server] as const
    pairs.add(pair)
    client.on('data', (data) => fromClient(client, server, data))
    server.on('data', (data) => carry(client, data))
    for (const socket of pair) socket.on('error', () => undefined)
    client.on('close', () => {
      if (server.listenerCount('data') > 0) server.destroy()
    })
    server.on('close', () => client.destroy())
  })
  const listen = (at: number): Promise<void> =>
    new Promise((resolve, reject) => {
      listener.once('error', reject)
      listener.listen(at, '127.0.0.1', () => {
        listener.off('error', reject)
        resolve()
      })
    })
  const goDown = async (): Promise<void> => {
    for (const pair of pairs) for (const socket of pair) socket.destroy()
    pairs.clear()
    held.length = 0
    if (listener.listening) await new Promise((resolve) => listener.close(resolve))
  }
  await listen(0)
  const { port } = listener.address() as { readonly port: number }
  return {
    url: Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(port) }).href,
    sent: () => sent,
    stall() {
      stalled = true
    },
    resume() {
      stalled = false
      for (const carryHeld of held.splice(0)) carryHeld()
    },
    on(pattern, when, skip = 0) {
      trap = { pattern, when, skip }
    },
    disarm() {
      const isArmed = trap !== undefined
      trap = undefined
      return isArmed
    },
    goDown,
    comeBack: () => listen(port),
    close: goDown,
  }
}
