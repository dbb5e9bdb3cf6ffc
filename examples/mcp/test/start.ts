import type { AddressInfo } from 'node:net'
import type { OAuthEvent } from '@oauth/core'
import { createUserAgent, type UserAgent } from '../../server/test/user-agent.ts'
import {
  type AuthorizationServer,
  createAuthorizationServer,
} from '../src/authorization-server/authorization-server.ts'
import { listen } from '../src/listen.ts'
import { createMcpServer } from '../src/mcp-server/mcp-server.ts'
import { createPrintApi } from '../src/print-api/print-api.ts'

export interface Example {
  readonly baseUrl: string
  readonly issuer: string
  readonly authorizationServer: AuthorizationServer
  /** The URLs of two MCP servers that use one authorization server. */
  readonly notes: string
  readonly other: string
  /** The URL of the API that the first MCP server calls for its users. */
  readonly printApi: string
  readonly agent: UserAgent
  readonly events: readonly OAuthEvent[]
  /** The failures that the example reported. Empty if all requests succeeded. */
  readonly failures: readonly unknown[]
  /** Moves the clock of all servers forward, in seconds. */
  readonly advance: (seconds: number) => void
  readonly stop: () => Promise<void>
}

/** The client secret of an MCP server of the tests. */
export const secretOf = (resource: string): string => `secret-of-a-resource-0123456789-${resource}`

/** Starts the example on free ports, over real HTTP, with a second MCP server. */
export async function startExample(): Promise<Example> {
  const failures: unknown[] = []
  const events: OAuthEvent[] = []
  let offset = 0
  const clock = { now: () => Math.floor(Date.now() / 1000) + offset }
  const ports = [await open(), await open(), await open(), await open()] as const
  const [baseUrl, notes, other] = [ports[0].origin, `${ports[1].origin}/mcp`, `${ports[2].origin}/mcp`]
  const printApi = `${ports[3].origin}/print`

  const authorizationServer = createAuthorizationServer({
    baseUrl,
    secret: 'a-secret-of-the-tests-0123456789-abcdef',
    resources: [notes, other],
    apis: [printApi],
    clock,
    onEvent: (event) => {
      events.push(event)
      if (event.type === 'request.failed') failures.push(event.cause)
    },
  })
  const { issuer } = authorizationServer.provider
  ports[0].serve(authorizationServer.fetch)
  for (const [port, resource, clientId] of [
    [ports[1], notes, 'notes-mcp'],
    [ports[2], other, 'other-mcp'],
  ] as const) {
    const secret = secretOf(resource)
    await authorizationServer.registerResource(clientId, resource, secret)
    const onError = (error: unknown) => failures.push(error)
    const allowedOrigins = ['http://localhost:6274']
    const options = { resource, issuer, clientId, secret, printApi, allowedOrigins, onError, clock }
    port.serve(createMcpServer(options).fetch)
  }
  ports[3].serve(createPrintApi({ resource: printApi, issuer, callers: ['notes-mcp'], clock }).fetch)

  return {
    ...{ baseUrl, issuer, authorizationServer, notes, other, printApi, events, failures },
    agent: createUserAgent(),
    advance: (seconds) => {
      offset += seconds
    },
    stop: async () => {
      for (const { server } of ports) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    },
  }
}

/**
 * The platform's Response. `@hono/node-server` replaces the global one, and then a response of `fetch` is no instance of
 * it, which the SDK's client checks. This matters only here, where the client runs in the process of the servers.
 */
const platformResponse = globalThis.Response

type Fetch = (request: Request) => Response | Promise<Response>

/** Listens on a free port. The port is part of the URLs, so it must be known before the servers are created. */
async function open() {
  let serving: Fetch | undefined
  const { server } = await listen(0, (request) => serving?.(request) ?? new Response('starting', { status: 503 }))
  globalThis.Response = platformResponse
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`
  const serve = (fetch: Fetch) => {
    serving = fetch
  }
  return { server, origin, serve }
}
