import type { ClientInput, RegisteredClient } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import { authorize, authorizeUrl, createPkce, redirectUri, registerPublic } from '../support/client.ts'
import { ask, expectErrorRedirect, expectJsonError } from '../support/expectations.ts'
import { configure, openWorld, registered, repeated } from '../support/registration.ts'
import { rpcOf } from '../support/rpc.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice, type World, type WorldOptions } from '../support/world.ts'

type Client = RegisteredClient

const scope = 'openid email'
const vite = 'http://localhost:5173/callback'
const loopbacks = [vite, 'http://127.0.0.1:5173/callback', 'http://[::1]:5173/callback']
const web: ClientInput = { redirect_uris: [vite], application_type: 'web' }

/** The answer to a silent request in the browser of a user who has consented to the same request. */
async function silently(world: World, client: Client, redirect_uri: string): Promise<URLSearchParams> {
  const { browser } = await authorize(world, client, { redirect_uri, scope })
  const url = authorizeUrl(world, client, createPkce(), { redirect_uri, scope, prompt: 'none' })
  return new URL((await browser.request(url)).headers.get('location') ?? '').searchParams
}

async function remembers(world: World, client: Client, redirect_uri = vite): Promise<boolean> {
  const answer = await silently(world, client, redirect_uri)
  if (answer.get('error') !== null) expect(answer.get('error')).toBe('consent_required')
  return answer.get('code') !== null
}

async function prepare(input: ClientInput, options: WorldOptions = {}) {
  const world = createQuickWorld(options)
  return { world, client: await registerPublic(world, input) }
}

describe('a public client of which the host says that it is a web application (F07)', () => {
  test.each(loopbacks)('the consent is remembered on %s, and prompt=none gets a code (F07)', async (redirect_uri) => {
    const { world, client } = await prepare({ ...web, redirect_uris: loopbacks })
    expect(client.remember_loopback_consent).toBe(true)
    expect(await remembers(world, client, redirect_uri)).toBe(true)
    const unknown = await ask(world, client, { redirect_uri, scope, prompt: 'none' }, { browser: world.browser() })
    expectErrorRedirect(world, unknown, redirect_uri, 'login_required')
  })

  test('the trust of skip_consent counts on loopback, too (A15)', async () => {
    const { world, client } = await prepare({ ...web, skip_consent: true })
    const browser = world.browser()
    browser.signIn(alice)
    const url = authorizeUrl(world, client, createPkce(), { redirect_uri: vite, scope })
    expect((await browser.visit(url)).url).toContain('code=')
  })

  test('another port than the registered one is asked each time: another program may listen there (F07)', async () => {
    const { world, client } = await prepare({ ...web, redirect_uris: ['http://127.0.0.1/callback'] })
    expect(await remembers(world, client, 'http://127.0.0.1/callback')).toBe(true)
    expect(await remembers(world, client, 'http://127.0.0.1:4001/callback')).toBe(false)
  })

  test.each([
    ['another port that is registered, too', 'http://localhost:3000/callback', 'http://localhost:5173/callback'],
    ['a port that is not registered', 'http://127.0.0.1:4001/callback', 'http://127.0.0.1/callback'],
  ])('a consent for %s does not answer for this one (F07)', async (_name, agreed, redirect_uri) => {
    const redirect_uris = ['http://127.0.0.1/callback', 'http://localhost:3000/callback', vite]
    const { world, client } = await prepare({ ...web, redirect_uris: [...new Set(redirect_uris)] })
    const { browser } = await authorize(world, client, { redirect_uri: agreed, scope })
    const silent = { redirect_uri, scope, prompt: 'none' }
    expectErrorRedirect(world, await ask(world, client, silent, { browser }), redirect_uri, 'consent_required')
    expect(await remembers(world, client, redirect_uri)).toBe(true)
  })

  test('a consent from before the host said so does not count, since it was for any port (F07)', async () => {
    const { world, client } = await prepare({ redirect_uris: [vite] })
    const { browser } = await authorize(world, client, { redirect_uri: vite, scope })
    await world.provider.updateClient(client.client_id, { application_type: 'web' })
    const silent = { redirect_uri: vite, scope, prompt: 'none' }
    expectErrorRedirect(world, await ask(world, client, silent, { browser }), vite, 'consent_required')
    expect(await remembers(world, client)).toBe(true)
  })

  test('two redirect URIs of one port share the consent: silent renewal has a page of its own', async () => {
    const renewal = 'http://localhost:5173/silent-renew'
    const { world, client } = await prepare({ ...web, redirect_uris: [vite, renewal] })
    const { browser } = await authorize(world, client, { redirect_uri: vite, scope })
    const url = authorizeUrl(world, client, createPkce(), { redirect_uri: renewal, scope, prompt: 'none' })
    expect((await browser.request(url)).headers.get('location')).toContain('code=')
  })

  test('a consent that was given over https does not answer for loopback (F07)', async () => {
    const { world, client } = await prepare({ ...web, redirect_uris: [redirectUri, vite] })
    const { browser } = await authorize(world, client, { redirect_uri: redirectUri, scope })
    const url = authorizeUrl(world, client, createPkce(), { redirect_uri: vite, scope })
    expect(new URL((await browser.visit(url)).url).pathname).toBe('/consent')
  })

  test('an administrator may say so as well', async () => {
    const world = createQuickWorld({ authorizeAdmin: () => true })
    const body = { ...web, token_endpoint_auth_method: 'none' }
    const created = await rpcOf(world, alice).post('/admin/oauth2/create-client', body)
    expect(created.body.remember_loopback_consent).toBe(true)
    expect(await remembers(world, created.body as Client)).toBe(true)
  })
})

describe('a public client of which the host has not said so (F07)', () => {
  test.each<[string, ClientInput]>([
    ['says nothing, and is native for its loopback URI', { redirect_uris: [vite] }],
    ['is registered as native', { redirect_uris: [vite], application_type: 'native' }],
    ['is registered as web with remember_loopback_consent: false', { ...web, remember_loopback_consent: false }],
  ])('a client that %s is asked each time (F07)', async (_name, input) => {
    const { world, client } = await prepare(input)
    expect(client.remember_loopback_consent ?? false).toBe(false)
    expect(await remembers(world, client)).toBe(false)
  })

  test('a client that is web by default and gets a loopback URI later is asked each time, until the host says web (F07)', async () => {
    const { world, client } = await prepare({ redirect_uris: [redirectUri] })
    expect(client.application_type).toBe('web')
    const { client_id } = client
    await world.provider.updateClient(client_id, { redirect_uris: [redirectUri, vite] })
    expect(await remembers(world, client)).toBe(false)
    await world.provider.updateClient(client_id, { application_type: 'web' })
    expect(await remembers(world, client)).toBe(true)
    await world.provider.updateClient(client_id, { client_name: 'Notes' })
    expect(await remembers(world, client)).toBe(true)
    await world.provider.updateClient(client_id, { application_type: 'native' })
    expect(await remembers(world, client)).toBe(false)
  })

  test('a client that registered itself as web is asked each time, whatever it sends (F07, K18)', async () => {
    const world = openWorld({ idTokenSigningAlgorithm: 'ES256' })
    const said = { ...web, token_endpoint_auth_method: 'none', remember_loopback_consent: true, scope }
    const client = await registered(world, said)
    expect(client).toMatchObject({ application_type: 'web' })
    expect(client).not.toHaveProperty('remember_loopback_consent')
    expect(await remembers(world, client)).toBe(false)
    const changed = await configure(world, client, 'PUT', repeated(client, { remember_loopback_consent: true }))
    expect([changed.status, changed.body.remember_loopback_consent]).toEqual([200, undefined])
    expect(await remembers(world, client)).toBe(false)
    await world.provider.updateClient(client.client_id, { application_type: 'web' })
    expect(await remembers(world, client)).toBe(false)
  })

  test('an owner keeps what the host said, and loses it with a loopback URI of their own (F07)', async () => {
    const { world, client } = await prepare({ ...web, user_id: alice.id })
    const { client_id } = client
    const rpc = rpcOf(world, alice)
    const update = (changes: object) => rpc.post('/oauth2/update-client', { client_id, update: changes })
    expect((await update({ client_name: 'Diary' })).status).toBe(200)
    expect(await remembers(world, client)).toBe(true)
    expect((await update({ redirect_uris: [vite, redirectUri] })).status).toBe(200)
    expect(await remembers(world, client)).toBe(true)
    const moved = await update({ redirect_uris: [vite, 'http://localhost:6666/callback'] })
    expect([moved.status, moved.body.remember_loopback_consent]).toEqual([200, undefined])
    expect(await remembers(world, client)).toBe(false)
    await update({ remember_loopback_consent: true, application_type: 'web' })
    expect(await remembers(world, client)).toBe(false)
  })

  test('a client that replaces its registration without its type becomes native, and is asked again (F07, K18)', async () => {
    const world = openWorld({ idTokenSigningAlgorithm: 'ES256' })
    const client = await registered(world, { ...web, token_endpoint_auth_method: 'none', scope })
    await world.provider.updateClient(client.client_id, { remember_loopback_consent: true })
    const changed = await configure(world, client, 'PUT', repeated(client, { application_type: undefined }))
    expect(changed).toMatchObject({ status: 200, body: { application_type: 'native' } })
    expect(changed.body).not.toHaveProperty('remember_loopback_consent')
    const back = await configure(
      world,
      changed.body as never,
      'PUT',
      repeated(changed.body, { application_type: 'web' }),
    )
    expect(back.body).not.toHaveProperty('remember_loopback_consent')
    expect(await remembers(world, client)).toBe(false)
  })

  test('remember_loopback_consent of a native client is refused with what to change', async () => {
    const { world, client } = await prepare({ redirect_uris: [vite] })
    const message = 'remember_loopback_consent needs application_type web'
    const changes = { remember_loopback_consent: true }
    await expect(world.provider.updateClient(client.client_id, changes)).rejects.toThrow(message)
    const admin = createQuickWorld({ authorizeAdmin: () => true })
    const body = { redirect_uris: [vite], token_endpoint_auth_method: 'none', ...changes }
    expectJsonError(await rpcOf(admin, alice).post('/admin/oauth2/create-client', body), 400, 'invalid_client_metadata')
  })
})

describe('the error of prompt=none (F07)', () => {
  test.each([
    [
      vite,
      'End-User consent is required: consents of public clients on loopback are remembered only where the operator registers the client with application_type web and this exact redirect URI, or with the option rememberConsentOfNativeClients',
    ],
    [
      'com.example.app:/callback',
      'End-User consent is required: consents of public clients are remembered only on https redirect URIs, or with the option rememberConsentOfNativeClients',
    ],
  ])('at %s names what the operator can change', async (redirect_uri, description) => {
    const { world, client } = await prepare({ redirect_uris: [redirect_uri] })
    expect((await silently(world, client, redirect_uri)).get('error_description')).toBe(description)
  })

  test('of a client whose consent is remembered says no more than that it is missing', async () => {
    const { world, client } = await prepare(web)
    const browser = world.browser()
    browser.signIn(alice)
    const answer = await ask(world, client, { redirect_uri: vite, scope, prompt: 'none' }, { browser })
    const parameters = expectErrorRedirect(world, answer, vite, 'consent_required')
    expect(parameters.get('error_description')).toBe('End-User consent is required')
  })
})
