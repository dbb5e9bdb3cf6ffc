import { describe, expect, test } from 'vitest'
import { decodeBase64url, decodeUtf8, encodeBase64url, encodeUtf8 } from '../../src/crypto/base64url.ts'
import {
  authorize,
  claimsOf,
  exchangeCode,
  getTokens,
  postAs,
  refresh,
  registerConfidential,
} from '../support/client.ts'
import {
  afterLogout,
  confirmLogout,
  createLogoutWorld,
  isSignedIn,
  logoutUrl,
  registerEnding,
  signInAt,
} from '../support/logout.ts'
import { api } from '../support/tokens.ts'
import { alice, secret } from '../support/world.ts'

const sid = /^[\w-]{40,}$/

/** Everything that a client can read in a response: the JSON and the payload of each JWT in it. */
function readable(body: object): string {
  const text = JSON.stringify(body)
  const claims = [...text.matchAll(/[\w-]{10,}\.([\w-]+)\.[\w-]+/g)].map(([, part = '']) => {
    const bytes = decodeBase64url(part)
    return bytes === undefined ? '' : decodeUtf8(bytes)
  })
  return [text, ...claims].join('\n')
}

describe('the host’s session id (E13)', () => {
  test.each([
    ['that ends sessions', { enable_end_session: true }],
    ['that does not', {}],
  ])(
    'the host’s session id is in no token and no answer for a client %s, in any form (E13)',
    async (_name, metadata) => {
      const world = createLogoutWorld({
        refreshTokenEncoder: (token, session) => `${session}~${token}`,
        refreshTokenDecoder: (text) => text.split('~')[1],
      })
      const client = await registerConfidential(world, metadata)
      const { browser, ...authorized } = await authorize(world, client, { scope: 'openid notes:read offline_access' })
      const session = browser.cookies.get('session') as string
      const opaque = (await exchangeCode(world, client, { ...authorized, browser })).body
      const jwt = (await refresh(world, client, opaque.refresh_token, { resource: api })).body
      const told = [opaque, jwt]
      for (const token of [opaque.access_token, jwt.access_token, jwt.refresh_token]) {
        told.push((await postAs(world, client, '/oauth2/introspect', { token })).body)
      }
      expect(told.every((body) => Object.keys(body).length > 3)).toBe(true)
      for (const body of told) {
        expect(readable(body)).not.toContain(session)
        expect(readable(body)).not.toContain(encodeBase64url(encodeUtf8(session)))
      }
    },
  )

  test('sid is the same in every token of one client, different for every other client, and absent for the rest (E13)', async () => {
    const world = createLogoutWorld()
    const [one, other] = [await registerEnding(world), await registerEnding(world)]
    const browser = world.browser()
    const names = new Set<unknown>()
    for (const client of [one, other]) {
      const authorized = await authorize(world, client, { scope: 'openid offline_access' }, { browser, user: alice })
      const { body } = await exchangeCode(world, client, authorized, { resource: api })
      const own = claimsOf(body.id_token).sid
      expect(own).toMatch(sid)
      expect(claimsOf(body.access_token).sid).toBe(own)
      for (const token of [body.access_token, body.refresh_token]) {
        expect((await postAs(world, client, '/oauth2/introspect', { token })).body.sid).toBe(own)
      }
      names.add(own)
    }
    expect(names.size).toBe(2)
    const plain = await registerConfidential(world)
    const tokens = await getTokens(world, plain, {}, { resource: api })
    expect(claimsOf(tokens.access_token)).not.toHaveProperty('sid')
    expect(claimsOf(tokens.id_token)).not.toHaveProperty('sid')
    const { body } = await postAs(world, plain, '/oauth2/introspect', { token: tokens.access_token })
    expect(body.active).toBe(true)
    expect(body).not.toHaveProperty('sid')
  })
})

describe('the name of a session (E14)', () => {
  const nextSecret = 'another-secret-for-tests-with-enough-characters'

  test('the name of a session stays while an old secret is kept, and an older ID token ends the session without a question (E14)', async () => {
    const world = createLogoutWorld()
    const client = await registerEnding(world)
    const { browser, idToken } = await signInAt(world, client)
    const later = createLogoutWorld({ storage: world.storage, secret: [nextSecret, secret] })
    for (const [cookie, session] of world.sessions) later.sessions.set(cookie, session)
    const there = later.browser()
    for (const [name, value] of browser.cookies) there.cookies.set(name, value)
    expect(claimsOf((await signInAt(later, client, { browser: there })).idToken).sid).toBe(claimsOf(idToken).sid)
    const url = logoutUrl(later, { id_token_hint: idToken, post_logout_redirect_uri: afterLogout })
    expect((await there.request(url)).headers.get('location')).toBe(afterLogout)
    expect(isSignedIn(later, there)).toBe(false)
  })

  test('the session name of one client ends no session for another client (E14)', async () => {
    // With disableJwtPlugin a client can sign any ID token, since it knows the key.
    const world = createLogoutWorld({ disableJwtPlugin: true })
    const [one, other] = [await registerEnding(world), await registerEnding(world)]
    const { browser, idToken } = await signInAt(world, one)
    const own = await signInAt(world, other)
    const forged = await signAgain(own.idToken, { sid: claimsOf(idToken).sid }, other.client_secret as string)
    await world.browser().request(logoutUrl(world, { id_token_hint: forged }))
    expect(isSignedIn(world, browser)).toBe(true)
    const right = await signAgain(own.idToken, {}, other.client_secret as string)
    await own.browser.request(logoutUrl(world, { id_token_hint: right }))
    expect(isSignedIn(world, own.browser)).toBe(false)
  })

  test('an older ID token, which has the host’s own id as sid, leads to a question (E14)', async () => {
    // With disableJwtPlugin a client signs as the server does, so this also tests an attacker who guesses a session id.
    const world = createLogoutWorld({ disableJwtPlugin: true })
    const client = await registerEnding(world)
    const { browser, idToken } = await signInAt(world, client)
    const session = browser.cookies.get('session') as string
    const old = await signAgain(idToken, { sid: session }, client.client_secret as string)
    const url = logoutUrl(world, { id_token_hint: old, post_logout_redirect_uri: afterLogout })
    await world.browser().request(url)
    expect(isSignedIn(world, browser)).toBe(true)
    const page = await browser.request(url)
    expect([page.status, isSignedIn(world, browser)]).toEqual([200, true])
    await confirmLogout(browser, page)
    expect(isSignedIn(world, browser)).toBe(false)
  })
})

async function signAgain(idToken: string, changes: object, clientSecret: string): Promise<string> {
  const [header] = idToken.split('.')
  const text = `${header}.${encodeBase64url(encodeUtf8(JSON.stringify({ ...claimsOf(idToken), ...changes })))}`
  const key = await crypto.subtle.importKey('raw', encodeUtf8(clientSecret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ])
  return `${text}.${encodeBase64url(new Uint8Array(await crypto.subtle.sign('HMAC', key, encodeUtf8(text))))}`
}
