import type { RegisteredClient } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import {
  authorizeUrl,
  createPkce,
  getTokens,
  postAs,
  redirectUri,
  refresh,
  registerConfidential,
} from '../support/client.ts'
import { ask, expectErrorRedirect, expectJsonError } from '../support/expectations.ts'
import { openWorld, register, registered as registerOwn } from '../support/registration.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice, type World, type WorldOptions } from '../support/world.ts'

const registered = 'openid email offline_access notes:read'
/** A name of 300 characters, as an attacker writes it to fill a log. */
const long = 'x'.repeat(300)

async function start(options: WorldOptions = {}): Promise<{ world: World; client: RegisteredClient }> {
  const world = createQuickWorld(options)
  return { world, client: await registerConfidential(world, { scope: registered }) }
}

const ignoredIn = ({ events }: World) => events.filter((event) => event.type === 'scopes.ignored')

describe('ignored scopes give nothing and show nothing', () => {
  test('the consent page and its URL show no ignored scope, and neither consent nor grant has it (C08)', async () => {
    const { world, client } = await start()
    const browser = world.browser()
    const scope = 'openid email <script>alert(1)</script> groups notes:write'
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { scope }), { user: alice })
    expect(new URL(url).pathname).toBe('/consent')
    expect(new URL(url).searchParams.get('scope')).toBe('openid email')
    const context = await world.provider.resolveLoginContext(browser.pageRequest(url))
    expect([context.scopes, context.newScopes]).toEqual([
      ['openid', 'email'],
      ['openid', 'email'],
    ])
    await browser.consent(url, true)
    const [consent] = await world.storage.consents.list({ userId: alice.id })
    const [grant] = await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })
    expect([consent?.scope, grant?.scope]).toEqual([
      ['openid', 'email'],
      ['openid', 'email'],
    ])
  })

  test('the consent form cannot give an ignored scope back (C08)', async () => {
    const { world, client } = await start()
    const browser = world.browser()
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { scope: 'openid groups' }), {
      user: alice,
    })
    const response = await browser.request(`${world.issuer}/oauth2/consent`, {
      method: 'POST',
      headers: { origin: new URL(world.issuer).origin, 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({
        state: new URL(url).searchParams.get('state') ?? '',
        accept: 'true',
        scope: 'openid groups',
      }),
    })
    expect(response.status).toBe(400)
    expect(await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })).toEqual([])
  })

  test('a refresh that names openid and an unknown scope gets no scope beyond the grant (C08)', async () => {
    const { world, client } = await start()
    const { refresh_token } = await getTokens(world, client, { scope: 'openid offline_access' })
    for (const scope of ['openid email groups', 'openid groups notes:read', 'openid notes:write']) {
      expectJsonError(await refresh(world, client, refresh_token, { scope }), 400, 'invalid_scope')
    }
    expect(ignoredIn(world)).toEqual([])
    expect((await refresh(world, client, refresh_token, { scope: 'openid' })).body.scope).toBe('openid')
  })

  test('a machine that names openid and an unknown scope is refused (C08)', async () => {
    const { world, client } = await start()
    for (const scope of ['openid groups', 'groups', 'notes:read groups']) {
      const answer = await postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials', scope })
      expectJsonError(answer, 400, 'invalid_scope')
    }
  })
})

describe('what a request may name as a scope', () => {
  test.each([
    ['a quotation mark', 'openid gr"oups'],
    ['a backslash', 'openid gr\\oups'],
    ['a line break', 'openid gr\noups'],
    ['a tab', 'openid\tgroups'],
    ['a character beyond ASCII', 'openid grüppen'],
    ['a delete character', 'openid gr\x7foups'],
  ])(
    'an unknown scope with %s is invalid_scope by its syntax, and no event repeats it (RFC 6749 section 3.3)',
    async (_what, scope) => {
      const { world, client } = await start()
      const response = await ask(world, client, { scope })
      const refusal = expectErrorRedirect(world, response, redirectUri, 'invalid_scope')
      expect(refusal.get('error_description')).toBe('scope has characters that are not allowed')
      const { refresh_token } = await getTokens(world, client, { scope: registered })
      expectJsonError(await refresh(world, client, refresh_token, { scope }), 400, 'invalid_scope')
      expect(ignoredIn(world)).toEqual([])
    },
  )

  test('a thousand unknown scopes are a sign-in, nothing of them is stored, and the event names ten of them', async () => {
    const { world, client } = await start()
    const many = Array.from({ length: 1000 }, (_, index) => `unknown-${index}`)
    const form = new URL(authorizeUrl(world, client, createPkce(), { scope: `${many.join(' ')} openid` })).searchParams
    const browser = world.browser()
    const response = await browser.request(`${world.issuer}/oauth2/authorize`, { method: 'POST', body: form })
    const page = new URL(response.headers.get('location') ?? '')
    expect([page.pathname, page.searchParams.get('scope')]).toEqual(['/login', 'openid'])
    expect(ignoredIn(world)).toEqual([
      { type: 'scopes.ignored', clientId: client.client_id, unknown: many.slice(0, 10), unregistered: [] },
    ])
  })

  test('a long name is cut in the event', async () => {
    const { world, client } = await start()
    await ask(world, client, { scope: `openid ${long}` })
    expect(ignoredIn(world)).toEqual([expect.objectContaining({ unknown: [`${'x'.repeat(97)}...`] })])
  })

  test('a request that is refused for another reason has no event about ignored scopes', async () => {
    const { world, client } = await start()
    const refused = { scope: 'openid groups', max_age: 'soon' }
    expectErrorRedirect(world, await ask(world, client, refused), redirectUri, 'invalid_request')
    expect(ignoredIn(world)).toEqual([])
  })
})

describe('a registration with scopes that this server does not know (G14)', () => {
  test('the server side and a registration are told the name, unless clientRegistrationSubstitutes leaves it out (G14)', async () => {
    const strict = openWorld({ idTokenSigningAlgorithm: 'ES256' })
    const metadata = { redirect_uris: [redirectUri], scope: 'openid groups' }
    await expect(strict.provider.registerClient(metadata)).rejects.toThrow(
      'cannot request scope groups: add it to the option scopes',
    )
    const refused = await register(strict, metadata)
    expectJsonError(refused, 400, 'invalid_client_metadata')
    expect(refused.body.error_description).toContain('cannot request scope groups')
    const lenient = openWorld({ idTokenSigningAlgorithm: 'ES256', clientRegistrationSubstitutes: true })
    expect((await registerOwn(lenient, { scope: 'openid groups' })).scope).toBe('openid')
  })
})
