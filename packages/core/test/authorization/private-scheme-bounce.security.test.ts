import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import {
  authorize,
  authorizeUrl,
  createPkce,
  exchangeCode,
  type Parameters,
  registerPublic,
} from '../support/client.ts'
import { ask, expectErrorPage, expectErrorRedirect } from '../support/expectations.ts'
import { afterLogout, logoutUrl, readPage } from '../support/logout.ts'
import { fromOwnPage, register } from '../support/registration.ts'
import { rpcOf } from '../support/rpc.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice, bob, type World, type WorldOptions } from '../support/world.ts'

const app = 'com.example.app:/cb'
const https = 'https://app.example.com/callback'
const loopback = 'http://127.0.0.1/cb'
const scope = 'openid'

/** A client that registered itself, with a private-use scheme beside other redirect URIs. */
async function start(options: WorldOptions = {}) {
  const world = createQuickWorld({
    allowDynamicClientRegistration: true,
    allowUnauthenticatedClientRegistration: true,
    clientRegistrationEnablesEndSession: true,
    endsSessions: true,
    ...options,
  })
  const { body, status } = await register(world, {
    redirect_uris: [app, https, loopback],
    post_logout_redirect_uris: ['com.example.app:/bye', afterLogout],
    application_type: 'native',
    scope: 'openid email',
    token_endpoint_auth_method: 'none',
  })
  expect(status).toBe(201)
  return { world, client: body }
}

function signedIn(world: World, user = alice): Browser {
  const browser = world.browser()
  browser.signIn(user)
  return browser
}

const attempts: readonly (readonly [string, Parameters, string])[] = [
  ['prompt=none', { prompt: 'none' }, ''],
  ['a scope that it has not', { scope: 'unheard:of' }, 'invalid_scope'],
  ['a response type', { response_type: 'token' }, 'unsupported_response_type'],
  ['a repeated parameter in the fragment', { response_mode: 'fragment', prompt: 'x' }, 'invalid_request'],
]

describe('a client that registered itself, with a private-use scheme', () => {
  test.each(attempts)(
    'starts no program by %s for a user who never agreed to anything of it (A13)',
    async (_name, parameters, error) => {
      const { world, client } = await start()
      const browsers = [
        [world.browser(), error || 'login_required'],
        [signedIn(world), error || 'consent_required'],
      ] as const
      for (const [browser, expected] of browsers) {
        const response = await ask(world, client, { scope, redirect_uri: app, ...parameters }, { browser })
        expect(await expectErrorPage(response, 400, expected)).not.toContain('com.example.app')
      }
    },
  )

  test('starts no program by a request object that cannot be read (A13)', async () => {
    const { world, client } = await start({ features: [jwtSecuredRequests()] })
    const response = await ask(world, client, { scope, redirect_uri: app, request: 'nonsense' })
    await expectErrorPage(response, 400, 'invalid_request_object')
  })

  test('starts no program by an error after the login page, where the user has not been asked yet (A13)', async () => {
    const { world, client } = await start()
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: 'gold' } } })
    const url = authorizeUrl(world, client, createPkce(), { scope, redirect_uri: app, claims })
    const { response } = await world.browser().visit(url, { user: alice })
    await expectErrorPage(response, 400, 'unmet_authentication_requirements')
  })

  test('a self-registered client with a private-use scheme gets its errors from a user who has agreed to a code for this scheme (A13)', async () => {
    const { world, client } = await start()
    const { browser } = await authorize(world, client, { scope, redirect_uri: app })
    const told = await ask(world, client, { scope: 'unheard:of', redirect_uri: app }, { browser })
    expectErrorRedirect(world, told, app, 'invalid_scope')
    const other = await ask(
      world,
      client,
      { scope, redirect_uri: app, prompt: 'none' },
      { browser: signedIn(world, bob) },
    )
    await expectErrorPage(other, 400, 'consent_required')
  })

  test('a self-registered client with a private-use scheme does not start a program for a consent that has sent the code to an https URI (A13)', async () => {
    const { world, client } = await start()
    const { browser } = await authorize(world, client, { scope, redirect_uri: https })
    const response = await ask(world, client, { scope: 'unheard:of', redirect_uri: app }, { browser })
    await expectErrorPage(response, 400, 'invalid_scope')
  })

  test('a self-registered client with a private-use scheme is told what the user decides on the consent page (A13)', async () => {
    const { world, client } = await start()
    const url = authorizeUrl(world, client, createPkce(), { scope, redirect_uri: app })
    const denied = await world.browser().visit(url, { user: alice, accept: false })
    expect(denied.url).toMatch(/^com\.example\.app:\/cb\?error=access_denied/)
    const allowed = await world.browser().visit(url, { user: alice, accept: true })
    expect(allowed.url).toMatch(/^com\.example\.app:\/cb\?code=/)
  })

  test('a self-registered client with a private-use scheme gets its errors at https and loopback redirect URIs as before (A13)', async () => {
    const { world, client } = await start()
    for (const [redirect_uri, expected] of [
      [https, https],
      ['http://127.0.0.1:4711/cb', 'http://127.0.0.1:4711/cb'],
    ] as const) {
      const response = await ask(world, client, { scope, redirect_uri, prompt: 'none' })
      expectErrorRedirect(world, response, expected, 'login_required')
    }
  })

  test('a self-registered client with a private-use scheme gets its errors when the host trusts it (A13)', async () => {
    const { world, client } = await start({ trustedClientResolver: () => true })
    const response = await ask(world, client, { scope, redirect_uri: app, prompt: 'none' })
    expectErrorRedirect(world, response, app, 'login_required')
  })
})

test('a client that belongs to a user is held to the same, and one of the host is not (A13)', async () => {
  const world = createQuickWorld()
  const input = { redirect_uris: [app], scope: 'openid', token_endpoint_auth_method: 'none' }
  const own = (await rpcOf(world, alice).post('/oauth2/create-client', input)).body
  const held = await ask(world, own, { scope, redirect_uri: app, prompt: 'none' })
  await expectErrorPage(held, 400, 'login_required')
  const ours = await registerPublic(world, { redirect_uris: [app] })
  const told = await ask(world, ours, { scope, redirect_uri: app, prompt: 'none' })
  expectErrorRedirect(world, told, app, 'login_required')
})

test('an error is looked into only after it has happened: a request that succeeds reads no consents for it (A13)', async () => {
  const { world, client } = await start()
  const lists: object[] = []
  const { consents } = world.storage
  const list = consents.list.bind(consents)
  Object.assign(consents, {
    list(query: Parameters & { userId: string }) {
      lists.push(query)
      return list(query)
    },
  })
  await authorize(world, client, { scope, redirect_uri: app })
  expect(lists).toEqual([])
})

describe('after a logout', () => {
  async function signInAt(world: World, client: { client_id: string }) {
    const authorized = await authorize(world, client as never, { scope, redirect_uri: app })
    const exchanged = await exchangeCode(
      world,
      { ...client, token_endpoint_auth_method: 'none' } as never,
      authorized,
      {
        redirect_uri: app,
      },
    )
    return { browser: authorized.browser, id_token_hint: exchanged.body.id_token as string }
  }

  test('the ID token of somebody else starts no program for a user who never agreed to anything (A13)', async () => {
    const { world, client } = await start()
    const { id_token_hint } = await signInAt(world, client)
    const url = logoutUrl(world, { id_token_hint, post_logout_redirect_uri: 'com.example.app:/bye' })
    expect(await readPage(await world.browser().request(url))).toContain('signed out')
  })

  test('the user who has agreed comes back to the application, and any user to an https URI (A13)', async () => {
    const { world, client } = await start()
    const mine = await signInAt(world, client)
    const back = { id_token_hint: mine.id_token_hint, post_logout_redirect_uri: 'com.example.app:/bye' }
    expect((await mine.browser.request(logoutUrl(world, back))).headers.get('location')).toBe('com.example.app:/bye')
    const other = await signInAt(world, client)
    const web = { id_token_hint: other.id_token_hint, post_logout_redirect_uri: afterLogout }
    expect((await world.browser().request(logoutUrl(world, web))).headers.get('location')).toBe(afterLogout)
  })
})

test('a registration by a user who is signed in is self-made as well (A13)', async () => {
  const { world } = await start()
  const input = { redirect_uris: [app], scope: 'openid', token_endpoint_auth_method: 'none' }
  const { body } = await register(world, input, fromOwnPage(world))
  await expectErrorPage(await ask(world, body, { scope, redirect_uri: app, prompt: 'none' }), 400, 'login_required')
})
