import { OAuthError, StorageUnavailableError } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { nodeListener } from '@oauth/core/node'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Listening, listen, mountable } from '../support/adapter-suite.ts'
import { authorizeUrl, createPkce, registerConfidential } from '../support/client.ts'
import { wrapStorage } from '../support/storage.ts'
import { createQuickWorld } from '../support/tokens.ts'

let server: Listening | undefined
const printed: string[] = []
beforeEach(() => {
  printed.length = 0
  vi.spyOn(console, 'error').mockImplementation((...values) => void printed.push(values.join(' ')))
})
afterEach(async () => {
  vi.restoreAllMocks()
  await server?.close()
})

type Pages = (request: Request) => Response | Promise<Response>

async function serve(pages: Pages, provider = mountable(async () => new Response())): Promise<Listening> {
  server = await listen(nodeListener(provider, pages))
  return server
}

/** An error of another copy of this package, whose class is not the one of this copy. */
function ofAnotherCopy(): Error {
  return Object.assign(new Error('the database is away'), { name: 'StorageUnavailableError', retryAfter: 9 })
}

describe('nodeListener with pages', () => {
  test.each<[string, () => unknown, string | null]>([
    ['the storage is away', () => new StorageUnavailableError('no connection', { retryAfter: 7 }), '7'],
    ['the storage of another copy of the package is away', ofAnotherCopy, '9'],
    [
      'the server cannot serve for a moment',
      () => new OAuthError('temporarily_unavailable', 'too many documents', { headers: { 'retry-after': '3' } }),
      '3',
    ],
    ['another request was faster', () => new OAuthError('temporarily_unavailable', 'try again'), null],
  ])('a page that fails because %s is 503, which is in the log (G41)', async (_, make, retryAfter) => {
    const { ask } = await serve((request) => {
      if (request.url.endsWith('/at-once')) throw make()
      return Promise.reject(make())
    })
    for (const path of ['/at-once', '/later']) {
      const { status, headers, text } = await ask(path)
      expect([status, headers.get('retry-after'), text]).toEqual([503, retryAfter, 'Service Unavailable'])
      expect(headers.get('cache-control')).toBe('no-store')
    }
    expect(printed.join()).toContain('the listener failed')
  })

  test('a page that asks the provider while the storage is away is 503 with Retry-After, as the provider is (G41)', async () => {
    let isAway = false
    const storage = wrapStorage(memoryStorage(), (_name, _args, run) => {
      if (isAway) throw new StorageUnavailableError('no connection', { retryAfter: 7 })
      return run()
    })
    const world = createQuickWorld({ storage, basePath: '/auth' })
    const browser = world.browser()
    const { url } = await browser.visit(authorizeUrl(world, await registerConfidential(world), createPkce()))
    const { ask } = await serve(async (request) => {
      await world.provider.resolveLoginContext(request)
      return new Response('a form')
    }, world.provider)
    isAway = true
    const page = browser.pageRequest(url)
    const cookie = page.headers.get('cookie') ?? ''
    const { status, headers, text } = await ask(url.slice(new URL(url).origin.length), { headers: { cookie } })
    expect([status, headers.get('retry-after'), text]).toEqual([503, '7', 'Service Unavailable'])
  })

  test('a page that fails otherwise is 500, and so is one whose request was wrong', async () => {
    const failures = [new Error('a bug'), new OAuthError('server_error'), new OAuthError('invalid_request', 'no state')]
    const { ask } = await serve(({ url }) => Promise.reject(failures[Number(url.at(-1))]))
    for (const index of failures.keys()) {
      const { status, headers, text } = await ask(`/login/${index}`)
      expect([status, headers.get('retry-after'), text]).toEqual([500, null, 'Internal Server Error'])
    }
  })
})

test.each([
  new StorageUnavailableError('no connection'),
  new OAuthError('temporarily_unavailable', 'try again', { headers: { 'retry-after': '5' } }),
])('$name says what a framework answers with, and takes the status that Koa assigns to an error (G41)', (error) => {
  expect(() => Object.assign(error, { status: error.status })).not.toThrow()
  expect([error.status, error.headers]).toEqual([503, { 'retry-after': '5' }])
})
