import { describe, expect, test } from 'vitest'
import { authorize, claimsOf, exchangeCode } from '../support/client.ts'
import { confirmLogout, isSignedIn, logoutUrl, readPage, signInAt } from '../support/logout.ts'
import { openWorld, register } from '../support/registration.ts'

const redirectUri = 'https://app.example.com/callback'
const target = 'https://app.example.com/logged-out?foo=bar'
const state = 's'.repeat(128)

/** A client that registers itself without a user and logs its user out, as in a certification suite. */
async function start() {
  const world = openWorld({
    idTokenSigningAlgorithm: 'ES256',
    endsSessions: true,
    clientRegistrationEnablesEndSession: true,
    dangerouslyAllowUnauthenticatedConfidentialClients: true,
  })
  const registration = { redirect_uris: [redirectUri], post_logout_redirect_uris: [target] }
  const { body: client } = await register(world, registration)
  return { world, client, ...(await signInAt(world, client)) }
}

/** Functions that send a logout request by GET and by POST. */
const ways = {
  GET: (parameters: Readonly<Record<string, string>>, { world, browser }: Awaited<ReturnType<typeof start>>) =>
    browser.request(logoutUrl(world, parameters)),
  POST: (parameters: Readonly<Record<string, string>>, { world, browser }: Awaited<ReturnType<typeof start>>) =>
    browser.request(`${world.issuer}/oauth2/end-session`, { method: 'POST', body: new URLSearchParams(parameters) }),
} as const

const encode = (value: object): string => btoa(JSON.stringify(value)).replaceAll('=', '')
const unsigned = (jwt: string): string => `${encode({ alg: 'none', typ: 'JWT' })}.${jwt.split('.')[1]}.`
const changed = (jwt: string, claims: object): string => {
  const [header, , signature] = jwt.split('.')
  return `${header}.${encode({ ...claimsOf(jwt), ...claims })}.${signature}`
}

describe.each(['GET', 'POST'] as const)('RP-initiated logout by %s', (method) => {
  const send = ways[method]
  const status = method === 'GET' ? 302 : 303

  test('a valid hint, a registered URI and state redirect the browser there', async () => {
    const all = await start()
    const parameters = { id_token_hint: all.idToken, post_logout_redirect_uri: target, state }
    const response = await send(parameters, all)
    expect([response.status, response.headers.get('location')]).toEqual([status, `${target}&state=${state}`])
    expect(isSignedIn(all.world, all.browser)).toBe(false)
  })

  test('without state the browser is redirected to the URI without one', async () => {
    const all = await start()
    const response = await send({ id_token_hint: all.idToken, post_logout_redirect_uri: target }, all)
    expect([response.status, response.headers.get('location')]).toEqual([status, target])
  })

  test('without post_logout_redirect_uri the session ends and a page says so', async () => {
    const all = await start()
    expect(await readPage(await send({ id_token_hint: all.idToken, state }, all))).toContain('You are signed out.')
    expect(isSignedIn(all.world, all.browser)).toBe(false)
  })

  test.each([
    ['no parameters', {}],
    ['only state', { state }],
    ['no hint', { post_logout_redirect_uri: target, state }],
  ])('with %s the user is asked, and is redirected nowhere afterwards', async (_name, parameters) => {
    const all = await start()
    const page = await send(parameters as Readonly<Record<string, string>>, all)
    expect(isSignedIn(all.world, all.browser)).toBe(true)
    expect(await readPage(await confirmLogout(all.browser, page))).toContain('You are signed out.')
    expect(isSignedIn(all.world, all.browser)).toBe(false)
  })

  test.each([
    ['another', () => 'https://app.example.com/elsewhere'],
    ['an added query', (uri: string) => `${uri}&bar=foo`],
    ['a changed query', (uri: string) => uri.replace('foo=bar', 'foo=baz')],
    ['no query', (uri: string) => uri.split('?')[0] as string],
    ['the redirect URI', () => redirectUri],
  ])('a URI that is not registered (%s) shows a page (A07)', async (_name, change) => {
    const all = await start()
    const parameters = { id_token_hint: all.idToken, post_logout_redirect_uri: change(target), state }
    const page = await send(parameters, all)
    expect(await readPage(page.clone())).toContain('asked to send you to an address that is not registered')
    expect(isSignedIn(all.world, all.browser)).toBe(true)
    expect(await readPage(await confirmLogout(all.browser, page))).toContain('You are signed out.')
    expect(isSignedIn(all.world, all.browser)).toBe(false)
  })

  test.each([
    ['alg none', unsigned],
    ['a changed claim', (jwt: string) => changed(jwt, { auth_time: 1 })],
    ['another client', (jwt: string) => changed(jwt, { aud: 'another' })],
    ['another issuer', (jwt: string) => changed(jwt, { iss: 'https://evil.test' })],
    ['a cut signature', (jwt: string) => jwt.slice(0, -4)],
    ['no JWT', () => 'hint'],
  ])('a bad hint (%s) is not used: the user is asked, and is redirected nowhere (A07)', async (_name, forge) => {
    const all = await start()
    const parameters = { id_token_hint: forge(all.idToken), post_logout_redirect_uri: target, state }
    const page = await send(parameters, all)
    expect(isSignedIn(all.world, all.browser)).toBe(true)
    await readPage(await confirmLogout(all.browser, page))
  })

  test('an ID token that another issuer with the same client made is not used (A07)', async () => {
    const all = await start()
    const other = await start()
    const page = await send({ id_token_hint: other.idToken, post_logout_redirect_uri: target }, all)
    await readPage(page.clone())
    expect([isSignedIn(all.world, all.browser), isSignedIn(other.world, other.browser)]).toEqual([true, true])
  })

  test('the hint of another client does not lead to this client’s URI', async () => {
    const all = await start()
    const registration = { redirect_uris: [redirectUri], post_logout_redirect_uris: ['https://app.example.com/other'] }
    const { body: second } = await register(all.world, registration)
    const { idToken } = await signInAt(all.world, second, { browser: all.browser })
    const parameters = { id_token_hint: idToken, client_id: all.client.client_id, post_logout_redirect_uri: target }
    const response = await send(parameters, all)
    expect([response.status, response.headers.get('location')]).toEqual([400, null])
    const { client_id: _, ...without } = parameters
    await readPage(await send(without, all))
  })

  test('when the session has ended already, the browser goes back to the client', async () => {
    const all = await start()
    const parameters = { id_token_hint: all.idToken, post_logout_redirect_uri: target, state }
    await send(parameters, all)
    const again = await send(parameters, all)
    expect([again.status, again.headers.get('location')]).toEqual([status, `${target}&state=${state}`])
  })

  test('an expired hint still identifies the user', async () => {
    const all = await start()
    all.world.clock.advance(36_001)
    const parameters = { id_token_hint: all.idToken, post_logout_redirect_uri: target, state }
    expect((await send(parameters, all)).headers.get('location')).toBe(`${target}&state=${state}`)
    expect(isSignedIn(all.world, all.browser)).toBe(false)
  })

  test('after the logout the user has to sign in again', async () => {
    const all = await start()
    await send({ id_token_hint: all.idToken }, all)
    const url = new URL(`${all.world.issuer}/oauth2/authorize`)
    const authorized = await authorize(all.world, all.client, { scope: 'openid' }, { browser: all.browser })
    expect(all.browser.visited.filter((one) => one.startsWith(url.href)).length).toBe(2)
    const { body } = await exchangeCode(all.world, all.client, authorized)
    expect(claimsOf(body.id_token).sid).not.toBe(claimsOf(all.idToken).sid)
  })
})
