import { describe, expect, test } from 'vitest'
import { mountable } from '../../core/test/support/adapter-suite.ts'
import { oauthHandlers } from '../src/oauth-handlers.ts'

const request = new Request('https://id.example.com/auth/jwks')
const provider = mountable(async () => new Response('served'))

describe('oauthHandlers', () => {
  test('oauthHandlers has a handler for every method that a route may export', () => {
    const methods = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']
    expect(Object.keys(oauthHandlers(provider)).sort()).toEqual(methods)
  })

  test('oauthHandlers takes a provider, or a function that it does not call before the first request', async () => {
    expect(await (await oauthHandlers(provider).GET(request)).text()).toBe('served')
    let asked = 0
    const { POST } = oauthHandlers(async () => {
      asked++
      return provider
    })
    expect(asked).toBe(0)
    expect(await (await POST(request)).text()).toBe('served')
    expect(asked).toBe(1)
  })
})
