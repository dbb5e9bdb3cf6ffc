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
  test('seed B135 a registered URI -> there, with state byte for byte, and the session is over', async () => {
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

  test('no state -> the URI as it was registered', async () => {
    const { world, browser, idToken } = await start()
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: afterLogout }
    const response = await browser.request(logoutUrl(world, parameters))
    expect(response.headers.get('location')).toBe(afterLogout)
  })

  test('seed B133 without a URI a script gets 200 {}, a browser a page; the session of `sid` is over', async () => {
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

  test('POST does the same, and goes on with 303', async () => {
    const { world, browser, idToken } = await start()
    const body = new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: afterLogout, state: 's' })
    const response = await browser.request(`${world.issuer}/oauth2/end-session`, { method: 'POST', body })
    expect([response.status, response.headers.get('location')]).toEqual([303, `${afterLogout}&state=s`])
    expect(isSignedIn(world, browser)).toBe(false)
  })

  test('a form of the client’s own site comes without cookies: it is sent round as a GET, which has them', async () => {
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

  test('an expired ID token still identifies', async () => {
    const { world, browser, idToken } = await start()
    world.clock.advance(36_001)
    const response = await browser.request(
      logoutUrl(world, { id_token_hint: idToken, post_logout_redirect_uri: afterLogout }),
    )
    expect(response.headers.get('location')).toBe(afterLogout)
    expect(isSignedIn(world, browser)).toBe(false)
  })

  test('so does one that a retired key signed', async () => {
    const { world, browser, idToken } = await start()
    await world.provider.rotateSigningKeys({ activateAfter: 0 })
    const response = await browser.request(
      logoutUrl(world, { id_token_hint: idToken, post_logout_redirect_uri: afterLogout }),
    )
    expect(response.headers.get('location')).toBe(afterLogout)
  })

  test('no session in this browser: the one that the token names ends, and the client gets its user back', async () => {
    const { world, browser, idToken } = await start()
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: afterLogout }
    const response = await world.browser().request(logoutUrl(world, parameters))
    expect(response.headers.get('location')).toBe(afterLogout)
    expect(isSignedIn(world, browser)).toBe(false)
    expect((await browser.request(logoutUrl(world, parameters))).headers.get('location')).toBe(afterLogout)
  })

  test('client_id of another client -> an error page, and nothing ends', async () => {
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

  test('seed B132 a client without permission ends nothing by itself: the user is asked', async () => {
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

  test('seed B134 sid is in the ID token of a client that may end sessions, and in no other', async () => {
    const { world, idToken } = await start()
    expect(claimsOf(idToken).sid).toMatch(/^[\w-]{40,}$/)
    const other = await registerConfidential(world)
    expect(claimsOf((await signInAt(world, other)).idToken)).not.toHaveProperty('sid')
  })

  test('logout_hint and ui_locales are accepted', async () => {
    const { world, browser, idToken } = await start()
    const parameters = { id_token_hint: idToken, logout_hint: 'alice@example.com', ui_locales: 'de-CH xx--' }
    await readPage(await browser.request(logoutUrl(world, parameters)))
    expect(isSignedIn(world, browser)).toBe(false)
  })

  test('afterwards prompt=none says login_required', async () => {
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
  test('the hint is signed with the client’s secret, and understood', async () => {
    const { world, browser, idToken } = await start({ disableJwtPlugin: true })
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: afterLogout }
    world.clock.advance(36_001)
    const response = await browser.request(logoutUrl(world, parameters))
    expect(response.headers.get('location')).toBe(afterLogout)
    expect(isSignedIn(world, browser)).toBe(false)
  })
})

describe('without a hint the user is asked', () => {
  test('a page with a button that works without a script; only the click ends the session', async () => {
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

  test('client_id names the client: after the click, to its registered URI with state byte for byte', async () => {
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

  test('the hint of another session: the user is asked, and that other session is not touched', async () => {
    const { world, client, browser: ofAlice, idToken } = await start()
    const { browser: ofBob } = await signInAt(world, client, { user: bob })
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: afterLogout, state: 's' }
    const page = await ofBob.request(logoutUrl(world, parameters))
    expect([isSignedIn(world, ofAlice), isSignedIn(world, ofBob)]).toEqual([true, true])
    const response = await confirmLogout(ofBob, page)
    expect(response.headers.get('location')).toBe(`${afterLogout}&state=s`)
    expect([isSignedIn(world, ofAlice), isSignedIn(world, ofBob)]).toEqual([true, false])
  })

  test('nobody signed in: nothing to ask, nowhere to go', async () => {
    const { world, client } = await start()
    const parameters = { client_id: client.client_id, post_logout_redirect_uri: afterLogout }
    expect(await readPage(await world.browser().request(logoutUrl(world, parameters)))).toContain('You are signed out.')
  })

  test('a script is told that it takes a person', async () => {
    const { world, browser } = await start()
    const answer = await browser.request(logoutUrl(world, {}), { headers: { accept: 'application/json' } })
    expect([answer.status, (await answer.json()).error]).toEqual([400, 'interaction_required'])
    expect(isSignedIn(world, browser)).toBe(true)
  })
})

describe('what ends with a session', () => {
  test('a refresh token that came without offline_access', async () => {
    const world = createLogoutWorld({ refreshTokensWithoutOfflineAccess: true })
    const client = await registerEnding(world)
    const online = await signInAt(world, client)
    const offline = await signInAt(world, client, { browser: online.browser, scope: 'openid offline_access' })
    await online.browser.request(logoutUrl(world, { id_token_hint: online.idToken }))
    expect(await refresh(world, client, online.refreshToken as string)).toMatchObject({ status: 400 })
    expect((await refresh(world, client, offline.refreshToken as string)).status).toBe(200)
  })

  test('its online grants; grants for offline access and of other sessions live on', async () => {
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

  test('the same when the user confirms, and when only the token says which session', async () => {
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

  test('a host that cannot end it -> 500, and no grant ended', async () => {
    const { world, browser, idToken, accessToken } = await start()
    world.sessions.delete = () => {
      throw new Error('no database')
    }
    await expectErrorPage(await browser.request(logoutUrl(world, { id_token_hint: idToken })), 500, 'server_error')
    expect(await isActive(world, accessToken)).toBe(true)
  })
})

describe('whether it exists', () => {
  test('seed B009 advertised and served where the host can end sessions, and nowhere else', async () => {
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

  test('other methods are refused', async () => {
    const { world } = await start()
    expect((await send(world, logoutUrl(world, {}), { method: 'DELETE', headers: ownPage })).status).toBe(405)
  })
})
