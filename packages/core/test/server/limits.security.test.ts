import { describe, expect, test } from 'vitest'
import { authorizeUrl, createPkce, post } from '../support/client.ts'
import { ask, expectJsonError, send } from '../support/expectations.ts'
import { prepare } from '../support/prepared.ts'
import { alice, baseUrl, issuer } from '../support/world.ts'

const form = 'application/x-www-form-urlencoded'

describe('too much of everything (G05)', () => {
  const limitMs = 1000

  async function quickly(run: () => Promise<{ readonly status: number }>): Promise<void> {
    const start = performance.now()
    const { status } = await run()
    expect(performance.now() - start).toBeLessThan(limitMs)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
  }

  const many = Array.from({ length: 10_000 }, (_, index) => `p${index}=${index}`).join('&')

  test.each(['token', 'revoke', 'introspect', 'userinfo', 'consent', 'authorize'])(
    '%s answers 413 to a body over the cap (G05)',
    async (name) => {
      const { world, headers, writes } = await prepare()
      const body = `grant_type=client_credentials&pad=${'x'.repeat(65_536)}`
      const stream = () => new Blob([body]).stream()
      for (const init of [{ body }, { body: stream(), duplex: 'half' }] as RequestInit[]) {
        const answer = await send(world, `${issuer}/oauth2/${name}`, {
          method: 'POST',
          headers: { ...headers, 'content-type': form },
          ...init,
        })
        expect(answer.status).toBe(413)
        expect(JSON.stringify(answer.body)).toContain('invalid_request')
      }
      expect(writes).toEqual([])
    },
  )

  test('an announced length over the cap is refused without reading (G05)', async () => {
    const { world, headers } = await prepare()
    const length = { ...headers, 'content-length': '10000000' }
    expectJsonError(
      await post(world, '/oauth2/token', { grant_type: 'client_credentials' }, length),
      413,
      'invalid_request',
    )
  })

  test.each(['token', 'revoke', 'introspect'])(
    '%s answers invalid_request to ten thousand parameters (G05)',
    async (name) => {
      const { world, headers, writes } = await prepare()
      const short = many.slice(0, 60_000)
      await quickly(async () => {
        const answer = await post(world, `/oauth2/${name}`, short, headers)
        expectJsonError(answer, 400, 'invalid_request')
        return answer
      })
      expect(writes).toEqual([])
    },
  )

  test.each([
    ['ten thousand parameters', many],
    ['a scope of 100 kB', `scope=${'s'.repeat(100_000)}`],
    ['fifty thousand scopes', `scope=${'s+'.repeat(50_000)}`],
    ['a prompt of 100 kB', `prompt=${'login+'.repeat(20_000)}x`],
    ['a state in the page URLs', `state=${'%00'}`],
  ])('the front channel is limited: %s (G05)', async (_name, query) => {
    const { world, client, writes } = await prepare()
    const url = authorizeUrl(world, client, createPkce(), { scope: undefined, state: undefined })
    for (const target of [
      `${url}&${query}`,
      `${issuer}/oauth2/continue?${query}`,
      `${issuer}/oauth2/consent?${query}`,
    ]) {
      const start = performance.now()
      const response = await world.browser().request(target)
      expect(performance.now() - start).toBeLessThan(limitMs)
      const location = response.headers.get('location')
      expect(location ?? `error=${response.status}`).toMatch(/error=(4\d\d|invalid_scope|invalid_request)/)
      expect((location ?? '').length).toBeLessThan(1000)
    }
    expect(writes).toEqual([])
  })

  test('a deep claims parameter is not parsed (G05)', async () => {
    const { world, client } = await prepare()
    const claims = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`
    const start = performance.now()
    const response = await ask(world, client, { claims })
    expect(performance.now() - start).toBeLessThan(limitMs)
    expect(response.status).toBeLessThan(500)
  })

  test('__proto__ and constructor as names and members change no prototype (G05)', async () => {
    const { world, client, headers } = await prepare()
    const names = '__proto__=x&__proto__[polluted]=1&constructor[prototype][polluted]=1&toString=x'
    const token = await post(world, '/oauth2/token', `grant_type=client_credentials&${names}`, headers)
    expect(token.status).toBe(200)
    const browser = world.browser()
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { prompt: 'consent' }), {
      user: alice,
    })
    const state = new URL(url).searchParams.get('state')
    const consent = await browser.request(`${issuer}/oauth2/consent`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: baseUrl },
      body: `{"__proto__":{"accept":"true","polluted":1},"constructor":{"prototype":{"polluted":1}},"state":"${state}"}`,
    })
    expect(consent.headers.get('location')).toContain('error=access_denied')
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  test('deep JSON as a consent is answered quickly (G05)', async () => {
    const { world } = await prepare()
    const body = '['.repeat(30_000) + ']'.repeat(30_000)
    const init = { method: 'POST', headers: { 'content-type': 'application/json', origin: baseUrl }, body }
    await quickly(() => send(world, `${issuer}/oauth2/consent`, init))
  })
})
