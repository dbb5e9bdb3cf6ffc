import type { Fetch } from '@oauth/resource-server'

/** A network with one server, which a test can take down. It records the requests. */
export interface Network {
  readonly fetch: Fetch
  /** The method and path of each request, in order. */
  readonly requests: string[]
  down: boolean
  /** Returns the number of requests whose URL ends with this text. */
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
