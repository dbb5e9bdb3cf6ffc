import { OAuthError, StorageUnavailableError } from '@oauth/core'
import { type ErrorHandler, Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createQuickWorld } from '../../core/test/support/tokens.ts'
import { oauth } from '../src/index.ts'

// Hono prints every error that no handler of the application gets.
beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => undefined))
afterEach(() => void vi.restoreAllMocks())

const away = () => new StorageUnavailableError('no connection', { retryAfter: 7 })

/** An application whose login page throws, answered as the application answers errors. */
function answer(thrown: Error, onError?: ErrorHandler) {
  const app = new Hono().use(oauth(createQuickWorld().provider))
  app.use(async (c, next) => {
    c.header('set-cookie', 'earlier=1')
    await next()
  })
  app.get('/login', () => {
    throw thrown
  })
  if (onError !== undefined) app.onError(onError)
  return app.request('/login')
}

describe('a page of an application with the provider', () => {
  test.each([
    ['the storage is away', away()],
    [
      'the storage of another copy of the core is away',
      Object.assign(new Error('away'), { ...away(), headers: { 'retry-after': '7' } }),
    ],
    [
      'the server cannot serve for a moment',
      new OAuthError('temporarily_unavailable', 'too many documents', { headers: { 'retry-after': '7' } }),
    ],
  ])('that fails because %s is 503 with Retry-After (G41)', async (_why, thrown) => {
    const response = await answer(thrown)
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '7'])
    expect(response.headers.getSetCookie()).toEqual(['earlier=1'])
  })

  test('that fails keeps what the error handler of the application shows, and a status that it has chosen (G41)', async () => {
    const own = await answer(away(), (_error, c) => c.html('<p>Please try again.</p>', 500))
    expect([own.status, own.headers.get('retry-after')]).toEqual([503, '7'])
    expect([own.headers.get('content-type'), await own.text()]).toEqual([
      'text/html; charset=UTF-8',
      '<p>Please try again.</p>',
    ])
    const chosen = await answer(away(), (_error, c) => c.text('a maintenance page', 418))
    expect([chosen.status, chosen.headers.get('retry-after')]).toEqual([418, null])
  })

  test('that fails otherwise is 500 as before', async () => {
    for (const thrown of [new Error('a bug'), new OAuthError('server_error'), new OAuthError('invalid_request')]) {
      const response = await answer(thrown)
      expect([response.status, response.headers.get('retry-after')]).toEqual([500, null])
    }
  })
})
