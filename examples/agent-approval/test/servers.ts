import type { AddressInfo } from 'node:net'
import * as oauth from 'openid-client'
import { demoAccount } from '../../server/src/identity/demo-account.ts'
import { createUserAgent, type UserAgent, type Visit } from '../../server/test/user-agent.ts'
import type { Mandate } from '../src/agent/pay.ts'
import { listen } from '../src/listen.ts'
import { createServers, type Servers } from '../src/servers.ts'

export interface Running extends Servers {
  readonly mandate: Mandate
  /** Returns the link that the user gets next. */
  nextLink(): Promise<string>
  /** The failures that the servers reported. Empty if all requests succeeded. */
  readonly failures: readonly unknown[]
  readonly stop: () => Promise<void>
}

type Fetch = (request: Request) => Response | Promise<Response>

/** Listens on a free port. The port is part of the URLs, so it must be known before the servers are made. */
async function open() {
  let serving: Fetch | undefined
  const { server } = await listen(0, (request) => serving?.(request) ?? new Response('starting', { status: 503 }))
  return {
    server,
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    serve: (fetch: Fetch) => {
      serving = fetch
    },
  }
}

/** Starts the identity provider and the bank on free ports, over real HTTP, and configures the agent. */
export async function startServers(): Promise<Running> {
  const failures: unknown[] = []
  const links: string[] = []
  const waiting: ((link: string) => void)[] = []
  const [identityPort, bankPort] = [await open(), await open()]
  const servers = await createServers({
    baseUrl: identityPort.origin,
    bank: bankPort.origin,
    secret: 'a-secret-of-the-tests-0123456789-abcdef',
    notify(_, link) {
      const next = waiting.shift()
      if (next === undefined) links.push(link)
      else next(link)
    },
    onError: (error) => failures.push(error),
    onEvent: (event) => {
      if (event.type === 'request.failed') failures.push(event.cause)
    },
  })
  identityPort.serve(servers.identity.fetch)
  bankPort.serve(servers.bank)
  return {
    ...servers,
    failures,
    mandate: await mandateOf(servers.agent),
    nextLink: async () => links.shift() ?? new Promise((resolve) => waiting.push(resolve)),
    async stop() {
      for (const { server } of [bankPort, identityPort]) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
      servers.identity.close()
    },
  }
}

async function mandateOf({
  ISSUER = '',
  CLIENT_ID = '',
  CLIENT_SECRET,
  BANK = '',
  USER_ADDRESS = '',
}: Servers['agent']) {
  const execute = [oauth.allowInsecureRequests]
  const config = await oauth.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, { execute })
  return { config, user: USER_ADDRESS, bank: BANK }
}

/** Opens the link of a notification and signs in with the demo account. */
export async function openAsUser(link: string): Promise<{ readonly agent: UserAgent; readonly page: Visit }> {
  const agent = createUserAgent()
  const { email, password } = demoAccount
  return { agent, page: await agent.submit(await agent.open(link), 'Sign in', { email, password }) }
}
