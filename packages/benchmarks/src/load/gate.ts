import type { Socket } from 'node:net'

/** Through a gate go all requests of the load generator. A closed gate holds the next request of each connection. */
export interface Gate {
  readonly send: (socket: Socket, request: string) => void
  readonly open: () => void
  /** Resolves when every connection waits at the gate, so that the server has nothing to do. */
  readonly close: () => Promise<void>
}

export function createGate(connections: number, spins: boolean): Gate {
  const held: (readonly [Socket, string])[] = []
  let isOpen = true
  let allHeld = () => {}

  /**
   * Keeps the process from sleeping while it waits for responses. In a virtual machine, the request that wakes a sleeping process
   * costs its sender an interrupt of another core: 20 µs, which would count as work of the server.
   */
  function spin(): void {
    if (isOpen && spins) setImmediate(spin)
  }
  spin()

  return {
    send(socket, request) {
      if (isOpen) socket.write(request)
      else if (held.push([socket, request]) === connections) allHeld()
    },
    open() {
      isOpen = true
      spin()
      for (const [socket, request] of held.splice(0)) socket.write(request)
    },
    close() {
      isOpen = false
      return new Promise((resolve) => {
        allHeld = resolve
      })
    },
  }
}
