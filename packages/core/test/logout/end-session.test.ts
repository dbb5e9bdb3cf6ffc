import { describe, expect, test } from 'vitest'
import { claimsOf, isActive, redirectUri, refresh, registerConfidential } from '../support/client.ts'
import { ask, expectErrorPage, expectErrorRedirect, send } from '../support/expectations.ts'
import {
  afterLogout,
  confirmLogout,
  createLogoutWorld,
  isSignedIn,
  logoutUrl,
  ownPage,
  readForm,
  readPage,
  registerEnding,
  signInAt,
} from '../support/logout.ts'
import { alice, bob, createWorld, issuer } from '../support/world.ts'

async function start(options: Parameters<typeof createLogoutWorld>[0] = {}) {
  const world = createLogoutWorld(options)
  const client = await registerEnding(world)
  return { world, client, ...(await signInAt(world, client)) }
}

describe('with the ID token of the session', () => {
  test('the browser goes to a registered URI with the state byte for byte, and the session has ended (seed B135)', async () => {
    const { world, browser, idToken } = await start()
    const state = 'a+b c&d=e/é"<>%20'
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: afterLogout, state }
    const response = await browser.request(logoutUrl(world, parameters))
    expect(response.status).toBe(302)
    const location = response.headers.get('location') as string
    expect(location.startsWith(`${afterLogout}&state=`)).toBe(true)
    expect(new URL(location).searchParams.get('state')).toBe(state)
    expect([...new URL(location).searchParams.keys()]).toEqual(['from', 'state'])
    expect(isSignedIn(world, browser)).toBe(false)
  })

  test('without state the browser goes to the URI as it was registered', async () => {
    const { world, browser, idToken } = await start()
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: afterLogout }
    const response = await browser.request(logoutUrl(world, parameters))
    expect(response.headers.get('location')).toBe(afterLogout)
  })

  test('without a URI a script gets 200 {} and a browser gets a page, and the session of `sid` has ended (seed B133)', async () => {
    const { world, client, browser, idToken } = await start()
    const page = await readPage(await browser.request(logoutUrl(world, { id_token_hint: idToken })))
    expect(page).toContain('You are signed out.')
    expect(page).not.toContain('<form')
    expect(isSignedIn(world, browser)).toBe(false)

    const again = await signInAt(world, client)
    const headers = { accept: 'application/json' }
    const answer = await again.browser.request(logoutUrl(world, { id_token_hint: again.idToken }), { headers })
    expect([answer.status, await answer.json()]).toEqual([200, {}])
    expect(isSignedIn(world, again.browser)).toBe(false)
  })

  test('POST ends the session as GET does, and redirects with 303', async () => {
    const { world, browser, idToken } = await start()
    const body = new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: afterLogout, state: 's' })
    const response = await browser.request(`${world.issuer}/oauth2/end-session`, { method: 'POST', body })
    expect([response.status, response.headers.get('location')]).toEqual([303, `${afterLogout}&state=s`])
    expect(isSignedIn(world, browser)).toBe(false)
  })

  test('a form of the client’s own site comes without cookies, so it is redirected as a GET, which has them', async () => {
    const { world, browser, idToken } = await start()
    const body = new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: afterLogout })
    const url = `${world.issuer}/oauth2/end-session`
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://app.example.com' }
    const response = await world.browser().request(url, { method: 'POST', headers, body })
    expect(response.status).toBe(303)
    expect(isSignedIn(world, browser)).toBe(true)
    const { url: end } = await browser.visit(response.headers.get('location') as string)
    expect(end).toBe(afterLogout)
    expect(isSignedIn(world, browser)).toBe(false)
  })

  test('an expired ID token still identifies the session', async () => {
    const { world, browser, idToken } = await start()
    world.clock.advance(36_001)
    const response = await browser.request(
      logoutUrl(world, { id_token_hint: idToken, post_logout_redirect_uri: afterLogout }),
    )
    expect(response.headers.get('location')).toBe(afterLogout)
    expect(isSignedIn(world, browser)).toBe(false)
  })

  test('an ID token that a retired key signed still identifies the session', async () => {
    const { world, browser, idToken } = await start()
    await world.provider.rotateSigningKeys({ activateAfter: 0 })
    const response = await browser.request(
      logoutUrl(world, { id_token_hint: idToken, post_logout_redirect_uri: afterLogout }),
    )
    expect(response.headers.get('location')).toBe(afterLogout)
  })

  test('without a session in this browser the session of the token ends, and the browser goes to the client', async () => {
    const { world, browser, idToken } = await start()
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: afterLogout }
    const response = await world.browser().request(logoutUrl(world, parameters))
    expect(response.headers.get('location')).toBe(afterLogout)
    expect(isSignedIn(world, browser)).toBe(false)
    expect((await browser.request(logoutUrl(world, parameters))).headers.get('location')).toBe(afterLogout)
  })

  test('a client_id of another client shows an error page, and no session ends', async () => {
    const { world, browser, idToken } = await start()
    const other = await registerEnding(world)
    const parameters = {
      id_token_hint: idToken,
      client_id: other.client_id,
      post_logout_redirect_uri: afterLogout,
    }
    await expectErrorPage(await browser.request(logoutUrl(world, parameters)), 400, 'invalid_request')
    expect(isSignedIn(world, browser)).toBe(true)
  })

  test('a client without permission ends no session by itself: the user is asked (seed B132)', async () => {
    const world = createLogoutWorld()
    const client = await registerConfidential(world, {
      post_logout_redirect_uris: [afterLogout],
      enable_end_session: false,
    })
    const { browser, idToken } = await signInAt(world, client)
    const url = logoutUrl(world, { id_token_hint: idToken, post_logout_redirect_uri: afterLogout })
    const page = await browser.request(url)
    expect(await readPage(page.clone())).toContain('may not sign you out by itself')
    const answer = await browser.request(url, { headers: { accept: 'application/json' } })
    expect([answer.status, (await answer.json()).error]).toEqual([400, 'interaction_required'])
    expect(isSignedIn(world, browser)).toBe(true)
    expect(await readPage(await confirmLogout(browser, page))).toContain('You are signed out.')
    expect(isSignedIn(world, browser)).toBe(false)
  })

  test('sid is in the ID token of a client that may end sessions, and in no other (seed B134)', async () => {
    const { world, idToken } = await start()
    expect(claimsOf(idToken).sid).toMatch(/^[\w-]{40,}$/)
    const other = await registerConfidential(world)
    expect(claimsOf((await signInAt(world, other)).idToken)).not.toHaveProperty('sid')
  })

  test('end-session accepts logout_hint and ui_locales', async () => {
    const { world, browser, idToken } = await start()
    const parameters = { id_token_hint: idToken, logout_hint: 'alice@example.com', ui_locales: 'de-CH xx--' }
    await readPage(await browser.request(logoutUrl(world, parameters)))
    expect(isSignedIn(world, browser)).toBe(false)
  })

  test('after a logout prompt=none answers login_required', async () => {
    const { world, client, browser, idToken } = await start()
    const silent = { prompt: 'none', scope: 'openid' }
    const before = await ask(world, client, silent, { browser })
    expect(new URL(before.headers.get('location') as string).searchParams.has('code')).toBe(true)
    await browser.request(logoutUrl(world, { id_token_hint: idToken }))
    const after = await ask(world, client, silent, { browser })
    expectErrorRedirect(world, after, redirectUri, 'login_required')
  })
})

describe('disableJwtPlugin', () => {
  test('the hint is signed with the client’s secret, and the server accepts it', async () => {
    const { world, browser, idToken } = await start({ disableJwtPlugin: true })
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: afterLogout }
    world.clock.advance(36_001)
    const response = await browser.request(logoutUrl(world, parameters))
    expect(response.headers.get('location')).toBe(afterLogout)
    expect(isSignedIn(world, browser)).toBe(false)
  })
})

describe('without a hint the user is asked', () => {
  test('the user gets a page with a button that works without a script, and only the click ends the session', async () => {
    const { world, browser } = await start()
    const page = await browser.request(logoutUrl(world, {}))
    const html = await readPage(page.clone())
    expect(html).toContain('Do you want to sign out of id.example.com?')
    expect(html).not.toContain('<script')
    expect(readForm(html).action).toBe(`${issuer}/oauth2/end-session`)
    for (const [name, value] of [
      ['content-security-policy', /^default-src 'none';.*frame-ancestors 'none'$/],
      ['x-frame-options', /^DENY$/],
      ['x-content-type-options', /^nosniff$/],
      ['referrer-policy', /^no-referrer$/],
      ['cache-control', /^no-store$/],
    ] as const)
      expect(page.headers.get(name), name).toMatch(value)
    expect(page.headers.get('content-security-policy')).not.toContain('form-action')
    expect(isSignedIn(world, browser)).toBe(true)
    expect(await readPage(await confirmLogout(browser, page))).toContain('You are signed out.')
    expect(isSignedIn(world, browser)).toBe(false)
  })

  test('client_id names the client, and after the click the browser goes to its registered URI with the state byte for byte', async () => {
    const { world, client, browser } = await start()
    const state = 'line\r\nbreak\n"<b>'
    const parameters = { client_id: client.client_id, post_logout_redirect_uri: afterLogout, state }
    const page = await browser.request(logoutUrl(world, parameters))
    expect(await page.clone().text()).toContain('app.example.com')
    const response = await confirmLogout(browser, page)
    expect(response.status).toBe(303)
    expect(new URL(response.headers.get('location') as string).searchParams.get('state')).toBe(state)
    expect(isSignedIn(world, browser)).toBe(false)
  })

  test('with the hint of another session the user is asked, and that other session stays', async () => {
    const { world, client, browser: ofAlice, idToken } = await start()
    const { browser: ofBob } = await signInAt(world, client, { user: bob })
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: afterLogout, state: 's' }
    const page = await ofBob.request(logoutUrl(world, parameters))
    expect([isSignedIn(world, ofAlice), isSignedIn(world, ofBob)]).toEqual([true, true])
    const response = await confirmLogout(ofBob, page)
    expect(response.headers.get('location')).toBe(`${afterLogout}&state=s`)
    expect([isSignedIn(world, ofAlice), isSignedIn(world, ofBob)]).toEqual([true, false])
  })

  test('when nobody is signed in, the server asks nothing and redirects nowhere', async () => {
    const { world, client } = await start()
    const parameters = { client_id: client.client_id, post_logout_redirect_uri: afterLogout }
    expect(await readPage(await world.browser().request(logoutUrl(world, parameters)))).toContain('You are signed out.')
  })

  test('a script is told that a person has to confirm', async () => {
    const { world, browser } = await start()
    const answer = await browser.request(logoutUrl(world, {}), { headers: { accept: 'application/json' } })
    expect([answer.status, (await answer.json()).error]).toEqual([400, 'interaction_required'])
    expect(isSignedIn(world, browser)).toBe(true)
  })
})

describe('what ends with a session', () => {
  test('a refresh token without offline_access ends with the session', async () => {
    const world = createLogoutWorld({ refreshTokensWithoutOfflineAccess: true })
    const client = await registerEnding(world)
    const online = await signInAt(world, client)
    const offline = await signInAt(world, client, { browser: online.browser, scope: 'openid offline_access' })
    await online.browser.request(logoutUrl(world, { id_token_hint: online.idToken }))
    expect(await refresh(world, client, online.refreshToken as string)).toMatchObject({ status: 400 })
    expect((await refresh(world, client, offline.refreshToken as string)).status).toBe(200)
  })

  test('the online grants of the session end; offline grants and those of other sessions stay alive', async () => {
    const { world, client, browser, idToken, accessToken } = await start()
    const offline = await signInAt(world, client, { browser, scope: 'openid offline_access' })
    const elsewhere = await signInAt(world, client)
    await browser.request(logoutUrl(world, { id_token_hint: idToken }))
    expect(await isActive(world, accessToken)).toBe(false)
    expect(await isActive(world, offline.accessToken)).toBe(true)
    expect((await refresh(world, client, offline.refreshToken as string)).status).toBe(200)
    expect(await isActive(world, elsewhere.accessToken)).toBe(true)
    expect(world.events.filter(({ type }) => type === 'session.ended')).toEqual([
      { type: 'session.ended', clientId: client.client_id, userId: alice.id, grantsEnded: 1 },
    ])
  })

  test('the online grants end also when the user confirms, and when only the token names the session', async () => {
    const { world, client, browser, accessToken } = await start()
    await confirmLogout(browser, await browser.request(logoutUrl(world, {})))
    expect(await isActive(world, accessToken)).toBe(false)
    const again = await signInAt(world, client)
    await world.browser().request(logoutUrl(world, { id_token_hint: again.idToken }))
    expect(await isActive(world, again.accessToken)).toBe(false)
  })

  test('a pairwise client’s subject is not taken for a user id', async () => {
    const world = createLogoutWorld({ pairwiseSecret: 'p'.repeat(32) })
    const client = await registerEnding(world, { subject_type: 'pairwise' })
    const { browser, idToken, accessToken } = await signInAt(world, client)
    await browser.request(logoutUrl(world, { id_token_hint: idToken }))
    expect(isSignedIn(world, browser)).toBe(false)
    expect(await isActive(world, accessToken)).toBe(false)
  })

  test('a pairwise client’s grants end without a session of the browser, too', async () => {
    const world = createLogoutWorld({ pairwiseSecret: 'p'.repeat(32) })
    const client = await registerEnding(world, { subject_type: 'pairwise' })
    const { idToken, accessToken } = await signInAt(world, client)
    const offline = await signInAt(world, client, { scope: 'openid offline_access' })
    await world.browser().request(logoutUrl(world, { id_token_hint: idToken }))
    expect(await isActive(world, accessToken)).toBe(false)
    await world.browser().request(logoutUrl(world, { id_token_hint: offline.idToken }))
    expect(await isActive(world, offline.accessToken)).toBe(true)
  })

  test('a host that cannot end the session causes a 500, and no grant ends', async () => {
    const { world, browser, idToken, accessToken } = await start()
    world.sessions.delete = () => {
      throw new Error('no database')
    }
    await expectErrorPage(await browser.request(logoutUrl(world, { id_token_hint: idToken })), 500, 'server_error')
    expect(await isActive(world, accessToken)).toBe(true)
  })
})

describe('whether it exists', () => {
  test('end-session is advertised and served where the host can end sessions, and nowhere else (seed B009)', async () => {
    const url = `${issuer}/oauth2/end-session`
    const able = createLogoutWorld()
    expect(able.provider.metadata.end_session_endpoint).toBe(url)
    expect((await send(able, url)).status).toBe(200)
    expect((await able.provider.handlers.endSession?.(new Request(url)))?.status).toBe(200)
    const without = createWorld()
    expect(without.provider.metadata).not.toHaveProperty('end_session_endpoint')
    expect((await send(without, url)).status).toBe(404)
    const machines = createLogoutWorld({
      grantTypes: ['client_credentials'],
      loginUrl: undefined,
      consentUrl: undefined,
    })
    expect(machines.provider.metadata).not.toHaveProperty('end_session_endpoint')
  })

  test('end-session refuses other methods', async () => {
    const { world } = await start()
    expect((await send(world, logoutUrl(world, {}), { method: 'DELETE', headers: ownPage })).status).toBe(405)
  })
})
