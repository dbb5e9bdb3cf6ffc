import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { createProvider, type Provider } from '@oauth/core'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { memoryStorage } from '@oauth/core/memory'
import { createPerson } from './person.ts'

/** The API of the samples. It is the only one of the server, so a token without `resource` is for it. */
export const resource = 'https://notes.example.com'

export interface Host {
  readonly issuer: string
  /** Registers a client: takes its metadata as JSON, as `provider.registerClient` does, and answers with the client. */
  readonly registerUrl: string
  /**
   * Starts a server of its own for another API: takes `{ "resource": "http://localhost:…" }` and answers with `issuer` and
   * `registerUrl`. An MCP client demands that the resource is the URL that it calls, so the API chooses it.
   */
  readonly hostsUrl: string
  readonly stop: () => Promise<void>
}

/** An authorization server as a newcomer sets it up, on a free port. Its only user says yes to everything. */
export async function startHost(api: string = resource): Promise<Host> {
  let serve: (request: Request) => Promise<Response> = async () => new Response('starting', { status: 503 })
  const server = createAdaptorServer({ fetch: (request: Request) => serve(request) }) as Server
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`

  const person = createPerson()
  const provider = createProvider({
    baseUrl: origin,
    secret: 'a-secret-of-the-checks-0123456789-abcdef',
    storage: memoryStorage(),
    authentication: person,
    loginUrl: '/login',
    consentUrl: '/consent',
    scopes: ['notes:read', 'notes:write'],
    validAudiences: [api],
    allowDynamicClientRegistration: true,
    allowUnauthenticatedClientRegistration: true,
    features: [privateKeyJwt({ audiences: 'endpoints' })],
  })
  const others: Host[] = []
  serve = async (request) => {
    if (provider.matches(request)) return provider.fetch(request)
    const { pathname } = new URL(request.url)
    if (pathname === '/interop/clients') return register(provider, request)
    if (pathname === '/interop/hosts') {
      const other = await startHost(((await request.json()) as { readonly resource: string }).resource)
      others.push(other)
      return Response.json(other, { status: 201 })
    }
    return (await person.pages(request, provider)) ?? new Response('not found', { status: 404 })
  }

  return {
    issuer: provider.issuer,
    registerUrl: `${origin}/interop/clients`,
    hostsUrl: `${origin}/interop/hosts`,
    stop: async () => {
      await Promise.all(others.map((other) => other.stop()))
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

async function register(provider: Provider, request: Request): Promise<Response> {
  try {
    return Response.json(await provider.registerClient(await request.json()), { status: 201 })
  } catch (error) {
    return Response.json({ error: String(error) }, { status: 400 })
  }
}
