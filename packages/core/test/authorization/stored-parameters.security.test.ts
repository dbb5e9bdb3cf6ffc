import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  redirectUri,
  registerConfidential,
  registerPublic,
} from '../support/client.ts'
import { ask, expectErrorRedirect } from '../support/expectations.ts'
import { readFormPost } from '../support/form-post.ts'
import { requestObjectWorld } from '../support/request-objects.ts'
import { watchStorage } from '../support/watched-storage.ts'
import { createWorld, type WorldOptions } from '../support/world.ts'

async function start(options: WorldOptions = {}) {
  const { storage, writes } = watchStorage()
  const rows: string[] = []
  const { records } = storage
  const world = createWorld({
    ...options,
    storage: {
      ...storage,
      records: {
        ...records,
        insert(record) {
          rows.push(JSON.stringify(record))
          return records.insert(record)
        },
      },
    },
  })
  const client = await registerPublic(world)
  writes.length = 0
  return { world, client, writes, rows }
}

describe('what a stranger makes the server keep (G27)', () => {
  test.each([
    ['state', 4096],
    ['nonce', 512],
  ])(
    'a %s of more than %i characters goes back to the client as invalid_request, and nothing is stored (G27)',
    async (name, most) => {
      const { world, client, writes, rows } = await start()
      for (const length of [most + 1, 32_000]) {
        const response = await ask(world, client, { [name]: 'x'.repeat(length) })
        const parameters = expectErrorRedirect(world, response, redirectUri, 'invalid_request')
        expect(parameters.get('error_description')).toBe(`${name} must not be longer than ${most} characters`)
        expect(parameters.get('state')).toBe(name === 'state' ? null : 'client-state')
        expect(response.headers.get('location')?.length).toBeLessThan(500)
      }
      expect([writes, rows]).toEqual([[], []])
      await ask(world, client, { [name]: 'x'.repeat(most) })
      expect(rows).toHaveLength(1)
    },
  )

  test('the longest state comes back to the client byte for byte (G27)', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const state = `${'é%&=+ '.repeat(682)}end~`
    expect(state).toHaveLength(4096)
    const { parameters } = await authorize(world, client, { state })
    expect(parameters.get('state')).toBe(state)
  })

  test('an error of a request with a giant state does not repeat it, in any response mode (G27)', async () => {
    const { world, client } = await start()
    const state = 'x'.repeat(30_000)
    for (const changes of [{ response_type: 'token' }, { scope: 'unknown' }, { prompt: 'none' }]) {
      const response = await ask(world, client, { state, ...changes })
      expect(response.headers.get('location')).not.toContain('xxxx')
    }
    const fragment = await ask(world, client, { state, response_mode: 'fragment' })
    expect(fragment.headers.get('location')).toMatch(/#error=invalid_request/)
    expect(fragment.headers.get('location')).not.toContain('xxxx')
    const posted = await readFormPost(await ask(world, client, { state, response_mode: 'form_post' }))
    expect(posted.fields).toMatchObject({ error: 'invalid_request' })
    expect(posted.fields).not.toHaveProperty('state')
  })

  test('a request object, and what the host resolves, are held to the same (G27)', async () => {
    const { world, ask: authorizeBy, sign } = await requestObjectWorld()
    const request = await sign({ state: 'x'.repeat(4097) })
    expectErrorRedirect(world, await authorizeBy({ request }), redirectUri, 'invalid_request')

    const stored: Record<string, string> = {}
    const host = createWorld({ requestUriResolver: () => stored })
    const client = await registerPublic(host)
    const pkce = createPkce()
    const parameters = new URL(authorizeUrl(host, client, pkce, { nonce: 'x'.repeat(513) })).searchParams
    Object.assign(stored, Object.fromEntries(parameters))
    const url = `${host.issuer}/oauth2/authorize?client_id=${client.client_id}&request_uri=urn:x:y`
    expectErrorRedirect(host, await host.browser().request(url), redirectUri, 'invalid_request')
  })

  test('an anonymous request leaves less than 32 kB behind, whatever fills its parameters (G27)', async () => {
    const { world, client, rows } = await start({ bindResources: true })
    const much = 'x'.repeat(4000)
    const url = new URL(
      authorizeUrl(world, client, createPkce(), {
        state: 'x'.repeat(4096),
        nonce: 'x'.repeat(512),
        scope: 'openid '.repeat(1000),
        prompt: 'login '.repeat(1000),
        claims: JSON.stringify({ userinfo: { email: { value: 'x'.repeat(8000) } } }),
        login_hint: much,
        display: much,
        ui_locales: 'en '.repeat(1000),
        claims_locales: 'en '.repeat(1000),
        acr_values: 'x '.repeat(1000),
        max_age: '1',
        id_token_hint: much,
        unknown: much,
      }),
    )
    for (let count = 0; count < 80; count++) url.searchParams.append('resource', 'https://api.example.com')
    const response = await world.browser().request(url.href)
    expect(response.headers.get('location')).toMatch(/\/login\?/)
    expect(rows).toHaveLength(1)
    expect(rows[0]?.length).toBeLessThan(16_384)
    for (const changes of [{ code_challenge: much }, { response_mode: much }, { max_age: '1'.repeat(4000) }]) {
      await ask(world, client, changes)
    }
    expect(rows).toHaveLength(1)
  })
})
