import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import {
  authorize,
  authorizeUrl,
  createPkce,
  type Parameters,
  redirectUri,
  registerConfidential,
} from '../support/client.ts'
import { ask, expectErrorPage, expectErrorRedirect, send } from '../support/expectations.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice, issuer, type WorldOptions } from '../support/world.ts'

const scope = 'openid'
const attempts: readonly (readonly [string, Parameters, string])[] = [
  ['prompt=none', { prompt: 'none' }, ''],
  ['a scope that it has not', { scope: 'unheard:of' }, 'invalid_scope'],
  ['a response type', { response_type: 'token' }, 'unsupported_response_type'],
  ['a bad prompt, posted to it', { prompt: 'x', response_mode: 'form_post' }, 'invalid_request'],
]

/** A client that registered itself, as any attacker can. */
async function start(options: WorldOptions = {}) {
  const world = createQuickWorld({
    allowDynamicClientRegistration: true,
    allowUnauthenticatedClientRegistration: true,
    redirectErrorsAfterConsentOnly: true,
    ...options,
  })
  const { body, status } = await send(world, `${issuer}/oauth2/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: [redirectUri], scope: 'openid email', token_endpoint_auth_method: 'none' }),
  })
  expect(status).toBe(201)
  return { world, client: body }
}

const signedIn = (browser: Browser): Browser => {
  browser.signIn(alice)
  return browser
}

describe('a client that registered itself cannot bounce anybody who never agreed to anything of it (H01)', () => {
  test.each(attempts)('%s shows a page of the server, signed in or not (H01)', async (_name, parameters, error) => {
    const { world, client } = await start()
    const browsers = [
      [world.browser(), error || 'login_required'],
      [signedIn(world.browser()), error || 'consent_required'],
    ] as const
    for (const [browser, expected] of browsers) {
      const response = await ask(world, client, { scope, ...parameters }, { browser })
      const html = await expectErrorPage(response, response.status, expected)
      expect(response.status).toBe(400)
      expect(html).not.toContain(new URL(redirectUri).host)
    }
  })

  test('a request object that cannot be read does not redirect either (H01)', async () => {
    const features = [jwtSecuredRequests()]
    const { world, client } = await start({ features })
    await expectErrorPage(await ask(world, client, { scope, request: 'nonsense' }), 400, 'invalid_request_object')
    const open = await start({ features, redirectErrorsAfterConsentOnly: false })
    const told = await ask(open.world, open.client, { scope, request: 'nonsense' })
    expectErrorRedirect(open.world, told, redirectUri, 'invalid_request_object')
  })

  test('once the user has agreed, and for this user alone, errors go to the client again (H01)', async () => {
    const { world, client } = await start()
    const { browser } = await authorize(world, client, { scope })
    const refused = await ask(world, client, { scope: 'unheard:of' }, { browser })
    expectErrorRedirect(world, refused, redirectUri, 'invalid_scope')
    const other = await ask(world, client, { scope, prompt: 'none' })
    await expectErrorPage(other, 400, 'login_required')
  })

  test('what the user decides on a page goes to the client: that is an action of theirs (H01)', async () => {
    const { world, client } = await start()
    const url = authorizeUrl(world, client, createPkce(), { scope })
    const denied = await world.browser().visit(url, { user: alice, accept: false })
    expect(new URL(denied.url).searchParams.get('error')).toBe('access_denied')
    expect(denied.url.startsWith(redirectUri)).toBe(true)
  })

  test('clients that the host registered are not held up, and without the option nobody is (H01)', async () => {
    const { world } = await start()
    const own = await registerConfidential(world)
    const response = await ask(world, own, { scope, prompt: 'none' })
    expectErrorRedirect(world, response, redirectUri, 'login_required')
    const open = await start({ redirectErrorsAfterConsentOnly: false })
    const told = await ask(open.world, open.client, { scope, prompt: 'none' })
    expectErrorRedirect(open.world, told, redirectUri, 'login_required')
  })
})
