import type { Feature } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  exchangeCode,
  type Parameters,
  postAs,
  redirectUri,
  registerConfidential,
  registerPublic,
} from '../support/client.ts'
import { ask, expectErrorRedirect } from '../support/expectations.ts'
import { readFormPost, scriptsOf } from '../support/form-post.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { watchStorage } from '../support/watched-storage.ts'
import { alice, issuer, type World, type WorldOptions } from '../support/world.ts'

const scope = 'openid email'
const longState = `${'s'.repeat(127)}~`
const longNonce = 'n'.repeat(64)
const code = /^c[0-9a-v]{24}[\w-]{43}$/

/** A user who is signed in and has consented before. */
async function returning(options: WorldOptions = {}, uri = redirectUri) {
  const world = createQuickWorld(options)
  const client = await registerConfidential(world, { redirect_uris: [uri] })
  const { browser } = await authorize(world, client, { scope, redirect_uri: uri })
  const go = (parameters: Parameters) =>
    browser.request(authorizeUrl(world, client, createPkce(), { scope, redirect_uri: uri, ...parameters }))
  return { world, client, browser, go }
}

function fragmentOf(response: Response): URLSearchParams {
  const location = response.headers.get('location') as string
  expect(location.startsWith(`${redirectUri}#`)).toBe(true)
  return new URLSearchParams(location.slice(location.indexOf('#') + 1))
}

describe('response_mode=query and fragment', () => {
  test('query is the default response mode, and both modes carry code, state and iss and nothing else', async () => {
    const { go } = await returning()
    for (const mode of [{}, { response_mode: 'query' }, { response_mode: '' }]) {
      const location = (await go({ ...mode, state: longState })).headers.get('location') as string
      const answer = new URL(location)
      expect(answer.hash).toBe('')
      expect(Object.fromEntries(answer.searchParams)).toEqual({
        code: expect.stringMatching(code),
        state: longState,
        iss: issuer,
      })
    }
    const fragment = fragmentOf(await go({ response_mode: 'fragment', state: longState }))
    expect(Object.fromEntries(fragment)).toEqual({
      code: expect.stringMatching(code),
      state: longState,
      iss: issuer,
    })
  })

  test('an error comes in the fragment, too', async () => {
    const { world, client } = await returning()
    const response = await ask(world, client, { scope, response_mode: 'fragment', prompt: 'none' })
    expect(Object.fromEntries(fragmentOf(response))).toEqual({
      error: 'login_required',
      error_description: 'authentication required',
      state: 'client-state',
      iss: issuer,
    })
  })

  test.each([
    ['query', '?tenant=a%20b&x=1'],
    ['fragment', '?tenant=a%20b&x=1'],
  ])('%s: the query that was registered stays as it is, in success and in error', async (mode, query) => {
    const uri = redirectUri + query
    const { go } = await returning({}, uri)
    const good = (await go({ response_mode: mode })).headers.get('location') as string
    const bad = (await go({ response_mode: mode, prompt: 'none login' })).headers.get('location') as string
    for (const location of [good, bad]) expect(location.startsWith(`${uri}${mode === 'query' ? '&' : '#'}`)).toBe(true)
    expect(good).toMatch(/[&#]code=/)
    expect(bad).toMatch(/[&#]error=invalid_request&/)
  })
})

describe('response_mode=form_post', () => {
  test('a page posts code, state and iss to the redirect URI, with a state of 128 and a nonce of 64 characters unchanged', async () => {
    const { world, client, browser } = await returning()
    const pkce = createPkce()
    const parameters = { scope, response_mode: 'form_post', state: longState, nonce: longNonce }
    const response = await browser.request(authorizeUrl(world, client, pkce, parameters))
    const { action, fields } = await readFormPost(response)
    expect(action).toBe(redirectUri)
    expect(fields).toEqual({ code: expect.stringMatching(code), state: longState, iss: issuer })
    const tokens = await postAs(world, client, '/oauth2/token', {
      grant_type: 'authorization_code',
      code: fields.code,
      redirect_uri: redirectUri,
      code_verifier: pkce.verifier,
    })
    expect(tokens.status).toBe(200)
    const [, payload = ''] = tokens.body.id_token.split('.')
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString()).nonce).toBe(longNonce)
  })

  test('the page posts itself with a minimal script, and has a button where no script runs', async () => {
    const { go } = await returning()
    const { html } = await readFormPost(await go({ response_mode: 'form_post' }))
    expect(scriptsOf(html).map(({ script }) => script)).toEqual(['document.forms[0].submit()'])
    expect(html.indexOf('<script>')).toBeGreaterThan(html.indexOf('</form>'))
    expect(html).toContain('<button type="submit" id="continue">Continue</button>')
    expect(html).not.toMatch(/<noscript|\bon\w+=|name="submit"/)
  })

  test('form_post survives login and consent', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const url = authorizeUrl(world, client, createPkce(), { scope, response_mode: 'form_post' })
    const { response } = await world.browser().visit(url, { user: alice, accept: true })
    expect((await readFormPost(response)).fields).toMatchObject({ code: expect.stringMatching(code), iss: issuer })
  })

  test('a user who denies makes the client get access_denied with state and iss, in the same mode', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const url = authorizeUrl(world, client, createPkce(), { scope, response_mode: 'form_post' })
    const { response } = await world.browser().visit(url, { user: alice, accept: false })
    const { action, fields } = await readFormPost(response)
    expect(action).toBe(redirectUri)
    expect(fields).toEqual({
      error: 'access_denied',
      error_description: 'User denied access',
      state: 'client-state',
      iss: issuer,
    })
  })

  test.each<[string, Parameters, string]>([
    ['prompt=none without a session', { prompt: 'none' }, 'login_required'],
    ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
    ['a request_uri', { request_uri: 'https://a.example/r' }, 'request_uri_not_supported'],
    ['a registration', { registration: '{}' }, 'registration_not_supported'],
    ['an unknown response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['a scope that the client has not', { scope: 'profile address' }, 'invalid_scope'],
  ])('%s is told in the same mode', async (_name, parameters, error) => {
    const { world, client } = await returning()
    const response = await ask(world, client, { scope, response_mode: 'form_post', ...parameters })
    expect((await readFormPost(response)).fields).toMatchObject({ error, state: 'client-state', iss: issuer })
  })

  test('the registered query stays in the action of the form', async () => {
    const uri = `${redirectUri}?tenant=a%20b&x='1'`
    const { go } = await returning({}, uri)
    expect((await readFormPost(await go({ response_mode: 'form_post' }))).action).toBe(uri)
    const refused = await readFormPost(await go({ response_mode: 'form_post', prompt: 'none login' }))
    expect([refused.action, refused.fields.error]).toEqual([uri, 'invalid_request'])
  })

  test('a script, which can show no page, is told what to post where', async () => {
    const { world, client, browser } = await returning()
    const url = authorizeUrl(world, client, createPkce(), { scope, response_mode: 'form_post' })
    const response = await browser.request(url, { headers: { accept: 'application/json' } })
    expect(await response.json()).toEqual({
      redirect: false,
      url: redirectUri,
      form: { code: expect.stringMatching(code), state: 'client-state', iss: issuer },
    })
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  test('a private-use scheme would lose the code, so the answer is invalid_request in the query and nothing changes', async () => {
    const { storage, writes } = watchStorage()
    const world = createQuickWorld({ storage })
    const uri = 'com.example.app:/cb'
    const client = await registerPublic(world, { redirect_uris: [uri], application_type: 'native' })
    writes.length = 0
    const response = await ask(world, client, { redirect_uri: uri, scope: 'openid', response_mode: 'form_post' })
    const answer = expectErrorRedirect(world, response, uri, 'invalid_request')
    expect(answer.get('error_description')).toContain('form_post needs a redirect URI with http or https')
    expect(writes).toEqual([])
  })

  test('a loopback redirect URI of a native app works', async () => {
    const world = createQuickWorld()
    const client = await registerPublic(world, { redirect_uris: ['http://127.0.0.1/cb'], application_type: 'native' })
    const redirect = { redirect_uri: 'http://127.0.0.1:7777/cb', scope: 'openid', response_mode: 'form_post' }
    const url = authorizeUrl(world, client, createPkce(), redirect)
    const { response } = await world.browser().visit(url, { user: alice, accept: true })
    expect((await readFormPost(response)).action).toBe('http://127.0.0.1:7777/cb')
  })
})

describe('which response modes there are', () => {
  test.each(['pigeon', 'web_message', 'FORM_POST', 'jwt', '__proto__', 'constructor'])(
    '%s is invalid_request, in the query, naming those that there are',
    async (response_mode) => {
      const { world, client } = await returning()
      const answer = expectErrorRedirect(
        world,
        await ask(world, client, { scope, response_mode }),
        redirectUri,
        'invalid_request',
      )
      expect(answer.get('error_description')).toContain('query, fragment, form_post')
      expect(answer.get('state')).toBe('client-state')
    },
  )

  test('a repeated response_mode is invalid_request, in the query', async () => {
    const { world, client, browser } = await returning()
    const url = `${authorizeUrl(world, client, createPkce(), { scope, response_mode: 'form_post' })}&response_mode=query`
    expectErrorRedirect(world, await browser.request(url), redirectUri, 'invalid_request')
  })

  test('a bad redirect URI is a page of ours whatever mode is asked for', async () => {
    const { world, client } = await returning()
    for (const response_mode of ['query', 'fragment', 'form_post']) {
      const response = await ask(world, client, { scope, response_mode, redirect_uri: 'https://evil.test/cb' })
      expect([response.status, response.headers.get('location')]).toEqual([400, null])
      expect(await response.text()).not.toMatch(/<form|<script/)
    }
  })

  test('a feature brings its own: it gets what there is to tell, errors too, and discovery knows it', async () => {
    const feature: Feature = {
      name: 'test_modes',
      start: () => ({
        responseModes: [
          {
            name: 'shout',
            async respond(_ctx, _request, { clientId, redirectUri: to }, parameters) {
              const named = Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined))
              return new Response(JSON.stringify({ clientId, to, ...named }))
            },
          },
        ],
      }),
    }
    const { world, client, go } = await returning({ features: [feature] } as WorldOptions)
    expect(world.provider.metadata.response_modes_supported).toEqual(['query', 'fragment', 'form_post', 'shout'])
    const told = { clientId: client.client_id, to: redirectUri, state: 'client-state', iss: issuer }
    expect(await (await go({ response_mode: 'shout' })).json()).toEqual({ ...told, code: expect.stringMatching(code) })
    const refused = await go({ response_mode: 'shout', prompt: 'none login' })
    expect(await refused.json()).toMatchObject({ ...told, error: 'invalid_request' })
  })

  test('two features with one response mode are refused at start-up', () => {
    const respond = () => new Response()
    const features = [{ name: 'again', start: () => ({ responseModes: [{ name: 'query', respond }] }) }]
    expect(() => createQuickWorld({ features } as WorldOptions)).toThrow(
      'the feature again brings the response mode query, which the server has already: choose another',
    )
  })

  test('a server for machines alone has none', () => {
    const world: World = createQuickWorld({ grantTypes: ['client_credentials'] })
    expect(world.provider.metadata.response_modes_supported).toEqual([])
  })
})

test('a code from any mode is redeemed alike', async () => {
  const { world, client } = await returning()
  const authorized = await authorize(world, client, { scope, response_mode: 'query' })
  expect((await exchangeCode(world, client, authorized)).status).toBe(200)
})
