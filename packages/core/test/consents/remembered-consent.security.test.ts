import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  redirectUri,
  registerConfidential,
  registerPublic,
} from '../support/client.ts'
import { send } from '../support/expectations.ts'
import { createQuickWorld } from '../support/tokens.ts'
import type { World, WorldOptions } from '../support/world.ts'

type Client = Awaited<ReturnType<typeof registerPublic>>

const natives = [
  ['a private-use scheme', 'com.example.app:/callback'],
  ['a loopback address', 'http://127.0.0.1/callback'],
  ['an IPv6 loopback address', 'http://[::1]/callback'],
  ['localhost', 'http://localhost/callback'],
] as const

const scope = 'openid email'

/** Sends a second request in the browser of a user who has consented to the first. Returns where the user arrives. */
async function secondTime(world: World, client: Client, redirect_uri: string, again: Record<string, string> = {}) {
  const { browser } = await authorize(world, client, { redirect_uri, scope })
  const url = authorizeUrl(world, client, createPkce(), { redirect_uri, scope, ...again })
  return new URL((await browser.visit(url)).url)
}

async function prepare(redirect_uri: string, options: WorldOptions = {}) {
  const world = createQuickWorld(options)
  return { world, client: await registerPublic(world, { redirect_uris: [redirect_uri], application_type: 'native' }) }
}

describe('public clients that any program on the device can pretend to be (F07)', () => {
  test.each(natives)('on %s the user is asked each time (F07)', async (_name, redirect_uri) => {
    const { world, client } = await prepare(redirect_uri)
    expect((await secondTime(world, client, redirect_uri)).pathname).toBe('/consent')
  })

  test.each(natives)('on %s prompt=none never gets a code (F07)', async (_name, redirect_uri) => {
    const { world, client } = await prepare(redirect_uri)
    const answer = await secondTime(world, client, redirect_uri, { prompt: 'none' })
    expect([answer.searchParams.get('error'), answer.searchParams.get('code')]).toEqual(['consent_required', null])
  })

  test.each(natives)(
    'on %s the consent is remembered where rememberConsentOfNativeClients says so (F07)',
    async (_name, redirect_uri) => {
      const { world, client } = await prepare(redirect_uri, { rememberConsentOfNativeClients: true })
      expect((await secondTime(world, client, redirect_uri)).searchParams.get('code')).toMatch(
        /^c[0-9a-v]{24}[\w-]{43}$/,
      )
      const wider = await secondTime(world, client, redirect_uri, { scope: 'openid profile' })
      expect(wider.pathname).toBe('/consent')
    },
  )

  test('another loopback port does not avoid the question (F07)', async () => {
    const { world, client } = await prepare('http://127.0.0.1/callback')
    const { browser } = await authorize(world, client, { redirect_uri: 'http://127.0.0.1:4001/callback', scope })
    const redirect_uri = 'http://127.0.0.1:4002/callback'
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { redirect_uri, scope }))
    expect(new URL(url).pathname).toBe('/consent')
  })

  test('a consent that was given over https does not answer for the private-use scheme of the same client (F07)', async () => {
    const world = createQuickWorld()
    const redirect_uris = [redirectUri, 'com.example.app:/callback']
    const client = await registerPublic(world, { redirect_uris, application_type: 'native' })
    const { browser } = await authorize(world, client, { scope })
    const pathFor = async (redirect_uri: string) => {
      const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { redirect_uri, scope }))
      return new URL(url).pathname
    }
    expect(await pathFor(redirectUri)).toBe('/callback')
    expect(new URL(redirect_uris[1] as string).protocol).toBe('com.example.app:')
    expect(await pathFor('com.example.app:/callback')).toBe('/consent')
  })

  test('over https a public client is remembered, and so is a confidential one on a loopback address (F07)', async () => {
    const world = createQuickWorld()
    const single = await registerPublic(world)
    expect((await secondTime(world, single, redirectUri)).searchParams.get('code')).toMatch(/^c[0-9a-v]{24}[\w-]{43}$/)
    const redirect_uri = 'http://127.0.0.1:3000/callback'
    const local = await registerConfidential(world, { redirect_uris: [redirect_uri] })
    expect((await secondTime(world, local, redirect_uri)).searchParams.get('code')).toMatch(/^c[0-9a-v]{24}[\w-]{43}$/)
  })
})

describe('a remembered consent is not applied (F07)', () => {
  test('a remembered consent is not applied to a redirect host that the client got since, and is then remembered for both (F07)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const { browser } = await authorize(world, client, { scope })
    const moved = 'https://moved.example.net/callback'
    await world.provider.updateClient(client.client_id, { redirect_uris: [redirectUri, moved] })
    const urlFor = (redirect_uri: string, more: Record<string, string> = {}) =>
      authorizeUrl(world, client, createPkce(), { redirect_uri, scope, ...more })
    const silent = await browser.visit(urlFor(moved, { prompt: 'none' }))
    expect(new URL(silent.url).searchParams.get('error')).toBe('consent_required')
    const page = await browser.visit(urlFor(moved))
    expect(new URL(page.url).pathname).toBe('/consent')
    const { redirectHost } = await world.provider.resolveLoginContext(browser.pageRequest(page.url))
    expect(redirectHost).toBe('moved.example.net')
    expect((await browser.visit(urlFor(redirectUri))).url).toContain('code=')
    await browser.consent(page.url, true)
    for (const redirect_uri of [moved, redirectUri]) {
      expect((await browser.visit(urlFor(redirect_uri))).url).toContain('code=')
    }
  })

  test('a remembered consent is not applied to a wider scope (F07)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const wider = await secondTime(world, client, redirectUri, { scope: 'openid email profile' })
    expect(wider.pathname).toBe('/consent')
    const silent = await secondTime(world, client, redirectUri, { scope: 'notes:write', prompt: 'none' })
    expect(silent.searchParams.get('error')).toBe('consent_required')
  })

  test('a remembered consent is not applied to a new resource, with bindResources (F07)', async () => {
    const world = createQuickWorld({ bindResources: true })
    const client = await registerConfidential(world)
    const resource = 'https://api.example.com'
    expect((await secondTime(world, client, redirectUri, { resource })).pathname).toBe('/consent')
  })

  test('a remembered consent is not applied to another client, not even one that looks the same (F07)', async () => {
    const world = createQuickWorld()
    const { browser } = await authorize(world, await registerConfidential(world), { scope })
    const twin = await registerConfidential(world)
    const { url } = await browser.visit(authorizeUrl(world, twin, createPkce(), { scope }))
    expect(new URL(url).pathname).toBe('/consent')
  })
})

describe('what the consent page is told (F06)', () => {
  test.each([
    [redirectUri, 'app.example.com'],
    ['https://app.example.com:8443/cb', 'app.example.com:8443'],
    ['http://127.0.0.1:4001/cb', '127.0.0.1:4001'],
    ['com.example.app:/cb', 'com.example.app:'],
  ])('the consent page is told about %s: %s (F06)', async (redirect_uri, host) => {
    const world = createQuickWorld()
    const client = await registerPublic(world, { redirect_uris: [redirect_uri], application_type: 'native' })
    const browser = world.browser()
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { redirect_uri, scope }))
    const context = await world.provider.resolveLoginContext(browser.pageRequest(url))
    expect(context).toMatchObject({ redirectHost: host, clientName: 'Notes for the desktop', selfRegistered: false })
  })

  test('the consent page is told that a client registered itself, whatever it calls itself (F06)', async () => {
    const options = { allowDynamicClientRegistration: true, allowUnauthenticatedClientRegistration: true }
    const world = createQuickWorld(options)
    const body = JSON.stringify({ redirect_uris: [redirectUri], client_name: 'Your bank', scope })
    const registration = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
    const { client_id } = (await send(world, `${world.issuer}/oauth2/register`, registration)).body
    const browser = world.browser()
    const { url } = await browser.visit(authorizeUrl(world, { client_id }, createPkce(), { scope }))
    const context = await world.provider.resolveLoginContext(browser.pageRequest(url))
    expect(context).toMatchObject({ selfRegistered: true, redirectHost: 'app.example.com', clientName: 'Your bank' })
  })
})
