import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createProvider, receivedAt } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { createTenants, tenantsByHost, tenantsByPath } from '@oauth/core/tenants'
import { expect, onTestFinished, test } from 'vitest'

const options = {
  secret: 'a-secret-of-the-tests-0123456789-abcdef',
  storage: memoryStorage(),
  logger: false,
} as const
const host = {
  authentication: { getSession: () => undefined, getUser: () => undefined },
  loginUrl: '/login',
  consentUrl: '/consent',
}
const baseUrl = 'https://id.example.com'
const provider = createProvider({ ...options, ...host, baseUrl })
const tenants = (resolve: ReturnType<typeof tenantsByHost>) =>
  createTenants({ ...options, resolve, options: () => host }).fetch

const entries: Readonly<Record<string, (request: Request) => Promise<Response>>> = {
  'provider.fetch': provider.fetch,
  'provider.handlers.jwks': provider.handlers.jwks,
  'provider.handlers.token': provider.handlers.token,
  'the fetch of receivedAt': receivedAt(provider, '/internal').fetch,
  'the fetch of tenants by host': tenants(tenantsByHost({ baseUrl })),
  'the fetch of tenants by path': tenants(tenantsByPath({ baseUrl })),
}

const url = 'https://id.example.com/auth/.well-known/openid-configuration'

test.each(
  Object.entries(entries).flatMap(([entry, fetch]) =>
    (
      [
        ['a text', url, 'fetch takes a Request, not a URL: pass new Request(url)'],
        ['a URL', new URL(url), 'fetch takes a Request, not a URL: pass new Request(url)'],
        ['nothing', undefined, 'fetch takes a Request: pass the Request that your framework has, or new Request(url)'],
        ['null', null, 'fetch takes a Request: pass the Request that your framework has, or new Request(url)'],
        [
          'the context of a framework',
          { req: { raw: new Request(url) } },
          'fetch takes a Request: pass the Request that your framework has, or new Request(url)',
        ],
      ] as const
    ).map(([what, value, text]) => ({ entry, fetch, what, value, text })),
  ),
)('$entry with $what rejects with an error that says what to pass', async ({ fetch, value, text }) => {
  let answer: Promise<Response> | undefined
  expect(() => {
    answer = fetch(value as never)
    answer.catch(() => undefined)
  }).not.toThrow()
  await expect(answer).rejects.toThrow(new TypeError(text))
})

test('provider.fetch with a request of Node rejects with an error that names the listener', async () => {
  const server = createServer((incoming, outgoing) => {
    provider.fetch(incoming as never).then(
      () => outgoing.end('no error'),
      (error: Error) => outgoing.end(`${error.name}: ${error.message}`),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const answer = await fetch(`http://127.0.0.1:${port}/auth/.well-known/openid-configuration`)
  expect(await answer.text()).toBe(
    'TypeError: fetch takes a Request, not a request of Node: mount nodeListener(provider) of @oauth/core/node',
  )
})

test('an error of anything else goes on as it is', async () => {
  const broken = new Error('the address cannot be read')
  const request = {
    get url(): string {
      throw broken
    },
    headers: new Headers(),
  }
  await expect(provider.fetch(request as never)).rejects.toBe(broken)
})
