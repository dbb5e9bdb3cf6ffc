import type { Fetch } from '@oauth/resource-server'

/** A network with one server, which may go down, and a record of what was asked. */
export interface Network {
  readonly fetch: Fetch
  /** Method and path of each request, in order. */
  readonly requests: string[]
  down: boolean
  /** Requests whose URL ends like this. */
  count(ending: string): number
}

export function createNetwork(serve: (request: Request) => Promise<Response>): Network {
  const network: Network = {
    requests: [],
    down: false,
    count: (ending) => network.requests.filter((request) => request.endsWith(ending)).length,
    async fetch(url, init) {
      network.requests.push(`${init.method} ${new URL(url).pathname}`)
      if (network.down) throw new TypeError('fetch failed')
      return serve(new Request(url, init))
    },
  }
  return network
}
