import { memoryStorage } from '@oauth/core/memory'
import { SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { type Answer, authorize, claimsOf, exchangeCode, getTokens, isActive } from '../support/client.ts'
import { expectErrorPage } from '../support/expectations.ts'
import { encodeJson, serverKey, signAs } from '../support/keys.ts'
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
import { yieldingStorage } from '../support/storage.ts'
import { api } from '../support/tokens.ts'
import { bob, issuer } from '../support/world.ts'

async function start(options: Parameters<typeof createLogoutWorld>[0] = {}) {
  const world = createLogoutWorld(options)
  const client = await registerEnding(world)
  return { world, client, ...(await signInAt(world, client)) }
}

type Started = Awaited<ReturnType<typeof start>>

/** Expects that the server asks the user, ends no session, and does not redirect even after the user confirms. */
async function expectNoHint({ world, browser }: Started, hint: string): Promise<void> {
  const parameters = { id_token_hint: hint, post_logout_redirect_uri: afterLogout, state: 's' }
  const page = await browser.request(logoutUrl(world, parameters))
  readForm(await readPage(page.clone()))
  expect(isSignedIn(world, browser)).toBe(true)
  await readPage(await confirmLogout(browser, page))
  expect(isSignedIn(world, browser)).toBe(false)
}

describe('what is no ID token of ours is no hint (E02)', () => {
  test('an access token and a refresh token are no hints (E02)', async () => {
    const started = await start()
    const { world, client } = started
    const tokens = await getTokens(world, client, {}, { resource: api })
    expect(claimsOf(tokens.access_token).client_id).toBe(client.client_id)
    await expectNoHint(started, tokens.access_token)
    await expectNoHint({ ...started, ...(await signInAt(world, client)) }, tokens.refresh_token)
  })

  test('a logout token and a token without typ, by the server’s own key, are no hints (E02)', async () => {
    const started = await start()
    const { world, idToken } = started
    const key = await serverKey(world, 'ES256')
    const claims = claimsOf(idToken)
    for (const typ of ['logout+jwt', 'at+jwt', undefined]) {
      await expectNoHint({ ...started, ...(await signInAt(world, started.client)) }, await signAs(key, claims, { typ }))
    }
  })

  test('the same claims with the right typ are a hint, as a control (E02)', async () => {
    const started = await start()
    const hint = await signAs(await serverKey(started.world, 'ES256'), claimsOf(started.idToken), { typ: 'JWT' })
    const parameters = { id_token_hint: hint, post_logout_redirect_uri: afterLogout }
    const response = await started.browser.request(logoutUrl(started.world, parameters))
    expect(response.headers.get('location')).toBe(afterLogout)
  })

  test('the same claims from another issuer are no hint (E02)', async () => {
    const started = await start()
    const key = await serverKey(started.world, 'ES256')
    const foreign = { ...claimsOf(started.idToken), iss: 'https://id.example.com/other' }
    await expectNoHint(started, await signAs(key, foreign, { typ: 'JWT' }))
  })

  test('a token with alg none, HS256 with the public key, a changed claim or an unknown key is no hint (E01)', async () => {
    const started = await start()
    const { world, client, idToken } = started
    const [header = '', payload = '', signature = ''] = idToken.split('.')
    const { kid, publicJwk } = await serverKey(world, 'ES256')
    const forged = [
      `${encodeJson({ alg: 'none', typ: 'JWT', kid })}.${payload}.`,
      `${encodeJson({ alg: 'none', typ: 'JWT' })}.${payload}.`,
      await new SignJWT(claimsOf(idToken))
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid })
        .sign(new TextEncoder().encode(JSON.stringify(publicJwk))),
      `${header}.${encodeJson({ ...claimsOf(idToken), sub: bob.id })}.${signature}`,
      `${encodeJson({ alg: 'ES256', typ: 'JWT', kid: 'unknown' })}.${payload}.${signature}`,
      `${header}.${payload}.`,
      'nonsense',
      '..',
    ]
    for (const hint of forged) await expectNoHint({ ...started, ...(await signInAt(world, client)) }, hint)
  })

  test('under disableJwtPlugin another client’s secret, no secret and alg none make no hint (E02)', async () => {
    const started = await start({ disableJwtPlugin: true })
    const { world, client, idToken } = started
    const other = await registerEnding(world)
    const sign = (secret: string): Promise<string> =>
      new SignJWT(claimsOf(idToken))
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .sign(new TextEncoder().encode(secret))
    const [header, payload] = idToken.split('.')
    const good = { id_token_hint: await sign(client.client_secret ?? ''), post_logout_redirect_uri: afterLogout }
    expect((await world.browser().request(logoutUrl(world, good))).headers.get('location')).toBe(afterLogout)
    const forged = [
      await sign(other.client_secret ?? ''),
      await sign(client.client_id),
      `${header}.${payload}.`,
      `${encodeJson({ alg: 'none', typ: 'JWT' })}.${payload}.`,
      `${header}.${encodeJson([])}.x`,
      `${header}.${encodeJson(null)}.x`,
    ]
    for (const hint of forged) await expectNoHint({ ...started, ...(await signInAt(world, client)) }, hint)
  })
})

describe('logout by another site (F11)', () => {
  test('a GET without a hint ends no session (F11)', async () => {
    const { world, client, browser } = await start()
    for (const parameters of [{}, { client_id: client.client_id, post_logout_redirect_uri: afterLogout }]) {
      const headers = { 'sec-fetch-site': 'cross-site', referer: 'https://evil.test/' }
      await readPage(await browser.request(logoutUrl(world, parameters), { headers }))
      expect(isSignedIn(world, browser)).toBe(true)
    }
  })

  test('the ID token of the attacker’s own session ends no session of the victim (F11)', async () => {
    const { world, client, browser } = await start()
    const attacker = await signInAt(world, client, { user: bob })
    readForm(await readPage(await browser.request(logoutUrl(world, { id_token_hint: attacker.idToken }))))
    expect(isSignedIn(world, browser)).toBe(true)
  })

  test.each([
    ['another origin', { origin: 'https://evil.test' }],
    ['another origin that says same-origin', { origin: 'https://evil.test', 'sec-fetch-site': 'same-origin' }],
    ['cross-site without an origin', { 'sec-fetch-site': 'cross-site' }],
    ['a sandboxed frame', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['a sibling', { origin: 'null', 'sec-fetch-site': 'same-site' }],
    ['an opaque origin alone', { origin: 'null' }],
  ])('a confirmation posted by %s answers 403 (F11)', async (_name, headers) => {
    const { world, browser } = await start()
    const { action, body } = readForm(await readPage(await browser.request(logoutUrl(world, {}))))
    const response = await browser.request(action, { method: 'POST', headers: headers as HeadersInit, body })
    await expectErrorPage(response, 403, 'access_denied')
    expect(isSignedIn(world, browser)).toBe(true)
  })

  test('the confirmation of another session, a forged one and a changed one answer 403 (F11)', async () => {
    const { world, client, browser } = await start()
    const attacker = await signInAt(world, client, { user: bob })
    const theirs = readForm(await readPage(await attacker.browser.request(logoutUrl(world, {})))).body
    const own = readForm(await readPage(await browser.request(logoutUrl(world, {})))).body.get('confirmation') ?? ''
    const [text, signature] = own.split('.')
    const target = { clientId: client.client_id, redirectUri: 'https://evil.test' }
    const forged = [
      theirs.get('confirmation'),
      'x',
      '.',
      `${text}.`,
      `${text}.${signature?.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))}`,
      `${encodeJson({ expiresAt: 9_999_999_999, target })}.${signature}`,
    ]
    for (const confirmation of forged) {
      const body = new URLSearchParams({ confirmation: confirmation ?? '' })
      const response = await browser.request(`${issuer}/oauth2/end-session`, { method: 'POST', headers: ownPage, body })
      await expectErrorPage(response, 403, 'access_denied')
    }
    expect(isSignedIn(world, browser)).toBe(true)
  })

  test('a confirmation is valid for ten minutes (F11)', async () => {
    const { world, browser } = await start()
    const page = await browser.request(logoutUrl(world, {}))
    world.clock.advance(600)
    await expectErrorPage(await confirmLogout(browser, page), 403, 'access_denied')
    expect(isSignedIn(world, browser)).toBe(true)
  })

  test('a confirmation in a URL is ignored (F11)', async () => {
    const { world, browser } = await start()
    const { body } = readForm(await readPage(await browser.request(logoutUrl(world, {}))))
    readForm(await readPage(await browser.request(logoutUrl(world, Object.fromEntries(body)))))
    expect(isSignedIn(world, browser)).toBe(true)
  })

  test('text that a client sends is not in the page as HTML (F05)', async () => {
    const { world, client, browser } = await start()
    const markup = '"><script>alert(1)</script>'
    const parameters = {
      client_id: client.client_id,
      post_logout_redirect_uri: afterLogout,
      state: markup,
      logout_hint: markup,
      ui_locales: markup,
    }
    expect(await readPage(await browser.request(logoutUrl(world, parameters)))).not.toContain('<script')
  })
})

/** Starts two calls in this order and returns the result of the second. */
async function both<Result>(first: () => Promise<unknown>, second: () => Promise<Result>): Promise<[Result]> {
  const [, result] = await Promise.all([first(), second()])
  return [result]
}

describe('logout at the same time as a redemption (C06)', () => {
  test('twenty logouts, each beside the exchange of a code, leave no token of the session active (C06)', async () => {
    const world = createLogoutWorld({ storage: yieldingStorage(memoryStorage()) })
    const client = await registerEnding(world)
    for (let round = 0; round < 20; round++) {
      const { browser, idToken, accessToken } = await signInAt(world, client)
      const authorized = await authorize(world, client, { scope: 'openid' }, { browser })
      const logout = (): Promise<unknown> => browser.request(logoutUrl(world, { id_token_hint: idToken }))
      const exchange = (): Promise<Answer> => exchangeCode(world, client, authorized)
      const [answer] = round % 2 === 0 ? await Promise.all([exchange(), logout()]) : await both(logout, exchange)
      expect(await isActive(world, accessToken)).toBe(false)
      const minted = answer.body.access_token
      if (minted !== undefined) expect(await isActive(world, minted)).toBe(false)
    }
  })
})
