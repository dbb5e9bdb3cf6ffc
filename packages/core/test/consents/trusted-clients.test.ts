import { describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { authorizeUrl, createPkce, registerConfidential, registerPublic } from '../support/client.ts'
import { editClient } from '../support/expectations.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice, issuer, type World, type WorldOptions } from '../support/world.ts'

/** Returns the path at which a signed-in user arrives: a page of the host, or the client's redirect URI. */
async function pathOf(
  world: World,
  client: { readonly client_id: string },
  parameters: Readonly<Record<string, string>> = {},
  browser: Browser = signedIn(world),
): Promise<string> {
  const url = authorizeUrl(world, client, createPkce(), { scope: 'openid email', ...parameters })
  return new URL((await browser.visit(url)).url).pathname
}

function signedIn(world: World): Browser {
  const browser = world.browser()
  browser.signIn(alice)
  return browser
}

const trusted = 'trusted-client'
const ways: readonly (readonly [string, WorldOptions, { readonly skip_consent?: boolean }])[] = [
  ['cachedTrustedClients', { cachedTrustedClients: [trusted] }, {}],
  ['trustedClientResolver', { trustedClientResolver: ({ id }) => id === trusted }, {}],
  ['an asynchronous trustedClientResolver', { trustedClientResolver: async ({ id }) => id === trusted }, {}],
  ['a stored skip_consent', {}, { skip_consent: true }],
]

describe.each(ways)('trusted by %s', (_name, options, metadata) => {
  async function prepare() {
    const world = createQuickWorld(options)
    const client = await registerConfidential(world, { client_id: trusted, ...metadata })
    return { world, client, other: await registerConfidential(world) }
  }

  test('the user of a trusted client is not asked, not even with prompt=none, and no other client is trusted with it', async () => {
    const { world, client, other } = await prepare()
    expect(await pathOf(world, client)).toBe('/callback')
    const silent = await signedIn(world).request(authorizeUrl(world, client, createPkce(), { prompt: 'none' }))
    expect(new URL(silent.headers.get('location') as string).searchParams.get('code')).toMatch(
      /^c[0-9a-v]{24}[\w-]{43}$/,
    )
    expect(await pathOf(world, other)).toBe('/consent')
  })

  test('prompt=consent asks the user all the same, and a user who is not signed in signs in', async () => {
    const { world, client } = await prepare()
    expect(await pathOf(world, client, { prompt: 'consent' })).toBe('/consent')
    expect(await pathOf(world, client, {}, world.browser())).toBe('/login')
  })

  test('no consent is remembered, so the user is asked once the trust ends', async () => {
    const { world, client } = await prepare()
    const browser = signedIn(world)
    expect(await pathOf(world, client, {}, browser)).toBe('/callback')
    const later = createQuickWorld({ storage: world.storage })
    await editClient(later, client.client_id, ({ metadata: { skip_consent: _, ...rest } }) => ({ metadata: rest }))
    expect(await pathOf(later, client)).toBe('/consent')
  })

  test('a signed-in user of a trusted client goes back with a code and the client’s state at once (seed B41)', async () => {
    const { world, client } = await prepare()
    const response = await signedIn(world).request(authorizeUrl(world, client, createPkce()))
    const answer = new URL(response.headers.get('location') as string).searchParams
    expect([...answer.keys()].sort()).toEqual(['code', 'iss', 'state'])
    expect([answer.get('state'), answer.get('iss')]).toEqual(['client-state', issuer])
  })
})

describe('what is no trust', () => {
  test.each([undefined, null, false])(
    'trustedClientResolver answers %j without making the client trusted',
    async (answer) => {
      const world = createQuickWorld({ trustedClientResolver: () => answer as never })
      expect(await pathOf(world, await registerConfidential(world))).toBe('/consent')
    },
  )

  test.each([1, 'true', {}])(
    'trustedClientResolver answers %j, which is an error of the host’s, and no code is issued',
    async (answer) => {
      const world = createQuickWorld({ trustedClientResolver: () => answer as never })
      const client = await registerConfidential(world)
      const response = await signedIn(world).request(authorizeUrl(world, client, createPkce()))
      const sent = new URL(response.headers.get('location') as string).searchParams
      expect([sent.get('error'), sent.get('code')]).toEqual(['server_error', null])
    },
  )

  test('the user of a public client with PKCE is asked as for any other client', async () => {
    const world = createQuickWorld()
    expect(await pathOf(world, await registerPublic(world))).toBe('/consent')
  })

  test('an id that only resembles a trusted one is not trusted', async () => {
    const world = createQuickWorld({ cachedTrustedClients: [trusted] })
    for (const client_id of [trusted.toUpperCase(), `${trusted}s`]) {
      expect(await pathOf(world, await registerConfidential(world, { client_id }))).toBe('/consent')
    }
  })

  test('a consent page of a trusted client that was shown anyway still has to be answered', async () => {
    const world = createQuickWorld({ cachedTrustedClients: [trusted] })
    const client = await registerConfidential(world, { client_id: trusted })
    const browser = signedIn(world)
    const asked = authorizeUrl(world, client, createPkce(), { prompt: 'consent' })
    const page = new URL((await browser.visit(asked)).url)
    const state = page.searchParams.get('state')
    const back = await browser.visit(`${issuer}/oauth2/continue?state=${state}&consent=true&accept=true`)
    expect(new URL(back.url).pathname).toBe('/consent')
    expect((await browser.consent(page.href, false)).headers.get('location')).toContain('access_denied')
  })
})

describe('a client that registered itself', () => {
  const registration = { redirect_uris: ['https://app.example.com/callback'], scope: 'openid email' }

  async function register(world: World, body: object) {
    const headers = { 'content-type': 'application/json', cookie: `session=${world.signIn(alice)}` }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    const response = await world.provider.fetch(new Request(`${issuer}/oauth2/register`, init))
    return { status: response.status, body: (await response.json()) as { client_id: string; error?: string } }
  }

  test('a self-registered client is trusted when the resolver says so; its stored skip_consent stays unset (seed B37, B148)', async () => {
    const world = createQuickWorld({
      allowDynamicClientRegistration: true,
      trustedClientResolver: ({ metadata }) => metadata.client_name === 'Ours',
    })
    const { status, body } = await register(world, { ...registration, client_name: 'Ours' })
    expect(status).toBe(201)
    expect(await pathOf(world, body)).toBe('/callback')
    expect((await world.provider.getClient(body.client_id))?.metadata.skip_consent ?? false).toBe(false)
  })

  test('a client cannot make itself trusted', async () => {
    const world = createQuickWorld({ allowDynamicClientRegistration: true })
    const { status, body } = await register(world, { ...registration, skip_consent: true })
    expect([status, body.error]).toEqual([400, 'invalid_client_metadata'])
  })
})
