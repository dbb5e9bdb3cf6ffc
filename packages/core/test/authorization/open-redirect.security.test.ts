import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  exchangeCode,
  redirectUri,
  registerConfidential,
  registerPublic,
} from '../support/client.ts'
import { ask, editClient, expectErrorPage, expectErrorRedirect, expectJsonError } from '../support/expectations.ts'
import { failingStorage, watchStorage } from '../support/watched-storage.ts'
import { alice, baseUrl, createWorld, issuer } from '../support/world.ts'

describe('nothing is redirected before the redirect URI is sure (A05)', () => {
  const alone = {}
  const together = {
    response_type: 'token',
    scope: 'unheard:of',
    prompt: 'none login',
    code_challenge_method: 'plain',
    max_age: 'soon',
    response_mode: 'fragment',
    request: 'x',
  }

  test.each([
    ['an unknown client', { client_id: 'nobody' }, 'invalid_client'],
    ['no client', { client_id: undefined }, 'invalid_request'],
    ['an empty client', { client_id: '' }, 'invalid_request'],
    ['a redirect URI of somebody else', { redirect_uri: 'https://evil.test/cb' }, 'invalid_request'],
    ['a dangerous redirect URI', { redirect_uri: 'javascript:alert(1)' }, 'invalid_request'],
  ])('%s, alone or together with any other error, shows an error page (A05)', async (_name, parameters, error) => {
    const { storage, writes } = watchStorage()
    const world = createWorld({ storage })
    const client = await registerConfidential(world)
    writes.length = 0
    for (const more of [alone, together]) {
      await expectErrorPage(await ask(world, client, { ...more, ...parameters }), 400, error)
    }
    expect(writes).toEqual([])
  })

  test('a disabled client shows an error page (A05)', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    await world.provider.updateClient(client.client_id, { disabled: true })
    await expectErrorPage(await ask(world, client), 400, 'invalid_client')
  })

  test('an internal failure before the redirect URI was checked shows an error page with 500 (A05)', async () => {
    const { storage, fail } = failingStorage()
    const world = createWorld({ storage, clientCacheSeconds: 0 })
    const client = await registerConfidential(world)
    fail('clients', 'find', new Error('database is away'))
    await expectErrorPage(await ask(world, client), 500, 'server_error')
  })

  test('any other error goes to the client once the redirect URI is sure (A05)', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    expectErrorRedirect(world, await ask(world, client, { scope: 'unheard:of' }), redirectUri, 'invalid_scope')
  })

  test('a redirect URI taken from the client while its user was busy shows an error page (A05)', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const browser = world.browser()
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce()), { user: alice })
    await world.provider.updateClient(client.client_id, { redirect_uris: ['https://other.example.com/cb'] })
    await expectErrorPage(await browser.consent(url, true), 400, 'invalid_request')
  })
})

const dangerous = [
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\tscript:alert(1)',
  'java\nscript:alert(1)',
  '\u0001javascript:alert(1)',
  ' javascript:alert(1)',
  'javascript://app.example.com/%0aalert(1)',
  'data:text/html,hello',
  'vbscript:msgbox(1)',
  'blob:https://app.example.com/1',
  'file:///etc/passwd',
  'FILE:///etc/passwd',
]

describe('dangerous schemes (A06)', () => {
  test.each(dangerous)('%j is refused at registration, in every URI member (A06)', async (uri) => {
    const world = createWorld()
    for (const application_type of ['web', 'native'] as const) {
      await expect(registerPublic(world, { redirect_uris: [uri], application_type })).rejects.toMatchObject({
        code: 'invalid_redirect_uri',
      })
      for (const member of ['client_uri', 'logo_uri', 'tos_uri', 'policy_uri']) {
        const attempt = registerPublic(world, { [member]: uri, application_type })
        await expect(attempt, member).rejects.toMatchObject({ code: 'invalid_client_metadata' })
      }
      const logout = registerPublic(world, { post_logout_redirect_uris: [uri], application_type })
      await expect(logout).rejects.toMatchObject({ code: 'invalid_client_metadata' })
    }
    expect(await world.storage.clients.list({ limit: 10 })).toEqual([])
  })

  test.each(dangerous)('%j is refused in an update as well (A06)', async (uri) => {
    const world = createWorld()
    const { client_id } = await registerPublic(world)
    const before = await world.provider.getClient(client_id)
    const attempts = [{ redirect_uris: [uri] }, { logo_uri: uri }, { post_logout_redirect_uris: [uri] }]
    for (const changes of attempts) await expect(world.provider.updateClient(client_id, changes)).rejects.toThrow()
    expect(await world.provider.getClient(client_id)).toEqual(before)
  })

  test.each(dangerous)('%j put into storage by hand is refused before use (A06)', async (uri) => {
    const world = createWorld()
    const client = await registerPublic(world, { application_type: 'native' })
    await editClient(world, client.client_id, ({ metadata }) => ({
      metadata: { ...metadata, redirect_uris: [uri, redirectUri], client_uri: uri, logo_uri: uri, tos_uri: uri },
    }))
    await expectErrorPage(await ask(world, client, { redirect_uri: uri }), 400, 'invalid_request')

    const browser = world.browser()
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce()))
    const context = await world.provider.resolveLoginContext(browser.pageRequest(url))
    expect(context).toMatchObject({ clientName: 'Notes for the desktop' })
    expect(context).not.toHaveProperty('clientUri')
    expect(context).not.toHaveProperty('logoUri')
    expect(context).not.toHaveProperty('tosUri')
  })
})

test('a URI that a native client may use is refused to a web client whose row was written by hand, in whichever order they come (A06)', async () => {
  const world = createWorld()
  const app = 'com.example.reader:/cb'
  const native = await registerPublic(world, { application_type: 'native', redirect_uris: [app] })
  const web = await registerPublic(world)
  await editClient(world, web.client_id, ({ metadata }) => ({ metadata: { ...metadata, redirect_uris: [app] } }))
  // Twice, because what is found out about a URI is remembered.
  for (let round = 0; round < 2; round++) {
    await expectErrorPage(await ask(world, web, { redirect_uri: app }), 400, 'invalid_request')
    const { status, headers } = await ask(world, native, { redirect_uri: app })
    expect(status).toBe(302)
    expect(new URL(headers.get('location') ?? '').pathname).toBe('/login')
  }
})

describe('pages are sent back to paths of ours alone (A08)', () => {
  const elsewhere = ['//evil.test', '/\\evil.test', 'https://evil.test/', 'https:evil.test', 'javascript:alert(1)']

  test.each(elsewhere)('a return_to of %s is ignored by the login page context (A08)', async (target) => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const browser = world.browser()
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { return_to: target }))
    const page = new URL(url)
    page.searchParams.set('return_to', target)
    const { returnTo, state } = await world.provider.resolveLoginContext(browser.pageRequest(page.href))
    expect(returnTo).toBe(`${issuer}/oauth2/continue?state=${state}`)

    // A page may pass on the return address that it was given. The server reads only the interaction's id from it.
    const nested = `${baseUrl}/login?return_to=${encodeURIComponent(`${target}/x?state=${state}`)}`
    expect((await world.provider.resolveLoginContext(browser.pageRequest(nested))).returnTo).toBe(returnTo)
  })

  test.each(elsewhere)('a target of %s given to continue or consent is ignored (A08)', async (target) => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const browser = world.browser()
    browser.signIn(alice)
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce()))
    const state = new URL(url).searchParams.get('state') as string
    const names = ['return_to', 'redirect_uri', 'redirect', 'next']
    const extra = names.map((name) => `&${name}=${encodeURIComponent(target)}`).join('')
    for (const path of ['continue', 'consent']) {
      const response = await browser.request(`${issuer}/oauth2/${path}?state=${state}${extra}`)
      expect(response.headers.get('location')).toMatch(/^https:\/\/id\.example\.com\/consent\?/)
    }
    const answer = await browser.request(`${issuer}/oauth2/consent`, {
      method: 'POST',
      headers: { origin: baseUrl },
      body: new URLSearchParams([...new URLSearchParams(`state=${state}&accept=true${extra}`)]),
    })
    expect(answer.headers.get('location')?.startsWith(`${redirectUri}?code=`)).toBe(true)
  })
})

test('a redirect after a POST is 303, never one that repeats the POST (A09)', async () => {
  const world = createWorld()
  const client = await registerConfidential(world)
  const browser = world.browser()
  const { url } = await browser.visit(authorizeUrl(world, client, createPkce()), { user: alice })
  expect((await browser.consent(url, true)).status).toBe(303)

  const post = (parameters: Record<string, string>, site: string) =>
    browser.request(`${issuer}/oauth2/authorize`, {
      method: 'POST',
      headers: { 'sec-fetch-site': site },
      body: new URL(authorizeUrl(world, client, createPkce(), parameters)).searchParams,
    })
  expect((await post({}, 'same-origin')).status).toBe(303)
  expect((await post({}, 'cross-site')).status).toBe(303)
  expect((await post({ prompt: 'login' }, 'same-origin')).status).toBe(303)
  expect((await post({ scope: 'unheard:of' }, 'same-origin')).status).toBe(303)
  const denied = await browser.visit(authorizeUrl(world, client, createPkce(), { prompt: 'consent' }))
  expect((await browser.consent(denied.url, false)).status).toBe(303)
})

describe('the redirect URI at the token endpoint (A10)', () => {
  test('a different one is invalid_grant and the code stays as it was (A10)', async () => {
    const world = createWorld()
    const other = 'https://app.example.com/other'
    const client = await registerConfidential(world, { redirect_uris: [redirectUri, other] })
    const authorized = await authorize(world, client)
    for (const redirect_uri of [other, `${redirectUri}/`, 'https://evil.test/', redirectUri.toUpperCase()]) {
      expectJsonError(await exchangeCode(world, client, authorized, { redirect_uri }), 400, 'invalid_grant')
    }
    expect((await exchangeCode(world, client, authorized)).status).toBe(200)
  })

  test('an absent one is accepted for a code that PKCE binds (A10)', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const authorized = await authorize(world, client)
    expect((await exchangeCode(world, client, authorized, { redirect_uri: undefined })).status).toBe(200)
  })

  test('an absent one is refused for a code without PKCE whose request named one (A10)', async () => {
    const world = createWorld()
    const client = await registerConfidential(world, { require_pkce: false })
    const noPkce = { code_challenge: undefined, code_challenge_method: undefined, scope: 'openid' }
    const authorized = await authorize(world, client, noPkce)
    const token = { code_verifier: undefined, redirect_uri: undefined }
    expectJsonError(await exchangeCode(world, client, authorized, token), 400, 'invalid_grant')
    const named = await exchangeCode(world, client, authorized, { code_verifier: undefined })
    expect(named.status).toBe(200)
  })
})
