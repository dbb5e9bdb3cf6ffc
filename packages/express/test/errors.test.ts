import { once } from 'node:events'
import { createProvider, OAuthError, StorageUnavailableError } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import type { ErrorRequestHandler } from 'express'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Listening, listen, mountable } from '../../core/test/support/adapter-suite.ts'
import { oauth } from '../src/index.ts'
import { majors } from './support.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** Waits until `check` holds, because events of the other side of a connection arrive later. */
async function eventually(check: () => boolean): Promise<void> {
  for (let time = 0; time < 200 && !check(); time++) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(check()).toBe(true)
}
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100))

describe.each(majors)('%s, errors', (_name, create) => {
  let server: Listening | undefined
  const errors: unknown[] = []
  const printed: string[] = []

  beforeEach(() => {
    errors.length = 0
    printed.length = 0
    vi.spyOn(console, 'error').mockImplementation((...values) => void printed.push(values.join(' ')))
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    await server?.close()
  })

  const collect: ErrorRequestHandler = (error, _req, res, next) => {
    errors.push(error)
    if (res.headersSent) next(error)
    else res.status(500).json({ error: 'host' })
  }

  async function serve(fetch: (request: Request) => Promise<Response>): Promise<Listening> {
    server = await listen(
      create()
        .use(oauth(mountable(fetch)))
        .use(collect),
    )
    return server
  }

  function throwingProvider() {
    return createProvider({
      baseUrl: 'http://localhost',
      secret: 'a-secret-for-tests-with-enough-characters',
      storage: memoryStorage(),
      idTokenSigningAlgorithm: 'ES256',
      accessTokenSigningAlgorithm: 'ES256',
      loginUrl: '/login',
      consentUrl: '/consent',
      authentication: {
        getSession() {
          throw new Error('the session store is down')
        },
        getUser: () => undefined,
      },
    })
  }

  test('the provider answers an error of getSession as an OAuth error and prints it, and it does not reach the error handler (G35)', async () => {
    const { ask } = await serve(throwingProvider().fetch)
    const { status, text } = await ask('/auth/oauth2/get-clients')
    expect([status, JSON.parse(text)]).toEqual([500, { error: 'server_error', request_id: expect.any(String) }])
    expect(errors).toEqual([])
    expect(printed).toHaveLength(1)
    expect(printed[0]).toContain('error request.failed endpoint=getClients cause="Error: the session store is down"')
  })

  test.each([
    ['the storage is away', () => new StorageUnavailableError('no connection', { retryAfter: 7 })],
    [
      'the server cannot serve for a moment',
      () => new OAuthError('temporarily_unavailable', 'too many documents', { headers: { 'retry-after': '7' } }),
    ],
  ])('a page that fails because %s is answered by Express with 503 and Retry-After (G41)', async (_why, make) => {
    const app = create()
    app.use(oauth(throwingProvider())).get('/login', (_req, _res, next) => next(make()))
    server = await listen(app)
    const { status, headers } = await server.ask('/login')
    expect([status, headers.get('retry-after')]).toEqual([503, '7'])
  })

  test('a body that ends too early does not reach the error handler, and the next request is served (G35)', async () => {
    const { begin, ask } = await serve(throwingProvider().fetch)
    const outgoing = begin('/auth/oauth2/token', { method: 'POST', headers: { ...form, 'content-length': '100' } })
    outgoing.on('error', () => undefined)
    outgoing.write('grant_type=')
    await aWhile()
    outgoing.destroy()
    await aWhile()
    expect((await ask('/auth/jwks')).status).toBe(200)
    // A refusal in the log is a warning.
    expect([errors, printed.filter((line) => line.includes(' error '))]).toEqual([[], []])
  })

  test('a response whose stream fails before anything was sent goes to the error handler (G35)', async () => {
    const failure = new Error('the stream broke')
    const { ask } = await serve(
      async () => new Response(new ReadableStream({ pull: (controller) => controller.error(failure) })),
    )
    expect((await ask('/auth/x')).text).toBe('{"error":"host"}')
    expect(errors).toEqual([failure])
  })

  test('a response whose stream fails in the middle goes to the error handler, and the connection ends (G35)', async () => {
    const failure = new Error('the stream broke')
    const { ask } = await serve(async () => {
      const stream = new ReadableStream({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 20))
          if (sent++ < 2) controller.enqueue(new Uint8Array(10))
          else controller.error(failure)
        },
      })
      let sent = 0
      return new Response(stream)
    })
    await expect(ask('/auth/x')).rejects.toThrow()
    await eventually(() => errors.length > 0)
    expect(errors).toEqual([failure])
  })

  test('a client that disconnects in the middle of a response causes no error (G35)', async () => {
    let cancelled = false
    const { begin } = await serve(async () => {
      const stream = new ReadableStream({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 5))
          controller.enqueue(new Uint8Array(1000))
        },
        cancel() {
          cancelled = true
        },
      })
      return new Response(stream)
    })
    const outgoing = begin('/auth/x').end()
    outgoing.on('error', () => undefined)
    await once(outgoing, 'response')
    outgoing.destroy()
    await eventually(() => cancelled)
    await aWhile()
    // A refusal in the log is a warning.
    expect([errors, printed.filter((line) => line.includes(' error '))]).toEqual([[], []])
  })
})
