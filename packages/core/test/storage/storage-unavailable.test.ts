import { StorageUnavailableError } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import { authorize, authorizeUrl, createPkce, exchangeCode, postAs, registerConfidential } from '../support/client.ts'
import { wrapStorage } from '../support/storage.ts'
import { createQuickWorld } from '../support/tokens.ts'

/** A world whose storage can be switched off, and one client of it. */
async function start() {
  let failure: Error | undefined
  const storage = wrapStorage(memoryStorage(), (_name, _args, run) => {
    if (failure !== undefined) throw failure
    return run()
  })
  const world = createQuickWorld({ storage, clientCacheSeconds: 0 })
  const client = await registerConfidential(world, { scope: 'notes:read', skip_consent: true })
  const fail = (error: Error | undefined): void => {
    failure = error
  }
  return { world, client, fail }
}

describe('a storage that is away', () => {
  const away = new StorageUnavailableError('the database is away', { retryAfter: 7 })

  test('a storage that is away answers 503 with Retry-After and an OAuth body at the token endpoint, and the code is good afterwards', async () => {
    const { world, client, fail } = await start()
    const authorized = await authorize(world, client, { scope: 'notes:read' })
    world.events.length = 0
    fail(away)
    const answer = await exchangeCode(world, client, authorized)
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('7')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.body).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'the server cannot reach its storage; please try again',
      request_id: expect.any(String),
    })
    expect(world.events).toEqual([{ type: 'request.failed', endpoint: 'token', cause: away }])
    fail(undefined)
    expect((await exchangeCode(world, client, authorized)).status).toBe(200)
  })

  test.each(['/oauth2/introspect', '/oauth2/revoke'])('a storage that is away answers 503 at %s', async (path) => {
    const { world, client, fail } = await start()
    fail(away)
    const answer = await postAs(world, client, path, { token: 'token' })
    expect(answer).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } })
  })

  test('a storage that is away shows a page until the client is verified, and its error goes to the client afterwards', async () => {
    const { world, client, fail } = await start()
    const browser = world.browser()
    const url = authorizeUrl(world, client, createPkce(), { scope: 'notes:read' })
    fail(away)
    const page = await browser.request(url)
    expect(page.status).toBe(503)
    expect(page.headers.get('retry-after')).toBe('7')
    expect(page.headers.get('content-type')).toContain('text/html')

    const cached = await start()
    const other = createQuickWorld({
      storage: wrapStorage(cached.world.storage, (name, _args, run) => {
        if (name === 'records.insert') throw away
        return run()
      }),
    })
    const answer = await other
      .browser()
      .request(authorizeUrl(other, cached.client, createPkce(), { scope: 'notes:read' }))
    const location = new URL(answer.headers.get('location') ?? '')
    expect(location.origin).toBe('https://app.example.com')
    expect(location.searchParams.get('error')).toBe('temporarily_unavailable')
    expect(location.searchParams.get('state')).toBe('client-state')
  })

  test('StorageUnavailableError is known by its name, whichever copy of the package threw it', async () => {
    const { world, client, fail } = await start()
    fail(Object.assign(new Error('away'), { name: 'StorageUnavailableError', retryAfter: 2 }))
    const answer = await postAs(world, client, '/oauth2/introspect', { token: 'token' })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2'])
  })

  test('any other failure of the storage is not answered as 503', async () => {
    const { world, client, fail } = await start()
    fail(new Error('disk is full'))
    const answer = await postAs(world, client, '/oauth2/introspect', { token: 'token' })
    expect([answer.status, answer.body.error, answer.headers.get('retry-after')]).toEqual([500, 'server_error', null])
  })
})
