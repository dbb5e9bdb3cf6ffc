import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createProvider, type Provider } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { onTestFinished } from 'vitest'

/** Changes an answer of the provider. `undefined` closes the connection without an answer. */
export type Fault = (answer: Response, request: Request) => Response | undefined | Promise<Response | undefined>

/** Options of the provider that a test changes. */
export interface Changes {
  readonly openRegistration?: boolean
  readonly closedRegistration?: boolean
}

/** A key and certificate for https. */
export interface Tls {
  readonly key: string
  readonly cert: string
}

/** Starts a real provider behind a real HTTP server, with a fault in between. Returns its issuer. */
export async function startFaultyServer(
  fault: Fault = (answer) => answer,
  changes: Changes = {},
  tls?: Tls,
): Promise<string> {
  let provider: Provider | undefined
  const listener = (message: IncomingMessage, response: ServerResponse): void => {
    void respond(message, response).catch(() => response.destroy())
  }
  const respond = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of message) chunks.push(chunk as Buffer)
    const body = chunks.length > 0 ? Buffer.concat(chunks) : null
    const headers = new Headers(Object.entries(message.headers).map(([name, value]) => [name, String(value)]))
    const request = new Request(new URL(message.url ?? '/', baseUrl), {
      method: message.method ?? 'GET',
      headers,
      body,
    })
    const answer = provider?.matches(request)
      ? await provider.fetch(request)
      : new Response('Not found', { status: 404 })
    const changed = await fault(answer, request)
    if (changed === undefined) return void response.destroy()
    // A test that removes the header means that the answer has none.
    response.sendDate = !changed.headers.has('x-no-date')
    response.writeHead(changed.status, Object.fromEntries(changed.headers))
    response.end(Buffer.from(await changed.arrayBuffer()))
  }
  const server: Server = tls === undefined ? createServer(listener) : createHttpsServer({ ...tls }, listener)
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const baseUrl = `${tls === undefined ? 'http' : 'https'}://localhost:${(server.address() as AddressInfo).port}`
  provider = createProvider({
    baseUrl,
    secret: 'a-secret-for-tests-with-enough-characters',
    storage: memoryStorage(),
    authentication: { getSession: () => undefined, getUser: () => undefined },
    loginUrl: '/login',
    consentUrl: '/consent',
    allowDynamicClientRegistration: changes.openRegistration === true || changes.closedRegistration === true,
    allowUnauthenticatedClientRegistration: changes.openRegistration === true,
  })
  return provider.issuer
}

/** Makes a fault for the answers at paths that end in a text. */
export function at(
  path: string,
  change: (answer: Response) => Response | undefined | Promise<Response | undefined>,
): Fault {
  return (answer, { url }) => (new URL(url).pathname.includes(path) ? change(answer) : answer)
}

/** Sets headers of an answer; `undefined` removes one. */
export function withHeaders(answer: Response, headers: Readonly<Record<string, string | undefined>>): Response {
  const made = new Headers(answer.headers)
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) made.delete(name)
    else made.set(name, value)
  }
  return new Response(answer.body, { status: answer.status, headers: made })
}

/** Changes the JSON of an answer. */
export async function withJson(
  answer: Response,
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into documents
  change: (value: any) => object,
): Promise<Response> {
  const headers = new Headers(answer.headers)
  headers.delete('content-length')
  return Response.json(change(await answer.json()), { status: answer.status, headers })
}
