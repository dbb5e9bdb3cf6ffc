import { describe, expect, test } from 'vitest'
import { authorizeUrl, createPkce, exchangeCode, post, redirectUri } from '../support/client.ts'
import { expectErrorPage, expectErrorRedirect, expectJsonError } from '../support/expectations.ts'
import { codeForm, prepare } from '../support/prepared.ts'
import { alice, baseUrl, issuer } from '../support/world.ts'

const form = 'application/x-www-form-urlencoded'

describe('repeated parameters (G04)', () => {
  test.each(['grant_type', 'code', 'redirect_uri', 'code_verifier', 'client_id', 'anything'])(
    'the token endpoint answers invalid_request to %s twice, and the code stays (G04)',
    async (name) => {
      const { world, client, authorized, headers, writes } = await prepare()
      const body = codeForm(authorized)
      const value = new URLSearchParams(body).get(name) ?? client.client_id
      const twice = `${body}${new URLSearchParams(body).has(name) ? '' : `&${name}=${value}`}&${name}=${value}`
      expectJsonError(await post(world, '/oauth2/token', twice, headers), 400, 'invalid_request')
      expectJsonError(await post(world, '/oauth2/token', `${body}&${name}=&${name}=`, headers), 400, 'invalid_request')
      expect(writes).toEqual([])
      expect((await exchangeCode(world, client, authorized)).status).toBe(200)
    },
  )

  test('a parameter in the query and in the body is invalid_request at every form endpoint (G04)', async () => {
    const { world, tokens, authorized, headers, writes } = await prepare()
    const body = codeForm(authorized)
    expectJsonError(await post(world, `/oauth2/token?code=${authorized.code}`, body, headers), 400, 'invalid_request')
    for (const path of ['/oauth2/revoke', '/oauth2/introspect']) {
      const token = tokens.access_token
      expectJsonError(await post(world, `${path}?token=${token}`, { token }, headers), 400, 'invalid_request')
      expectJsonError(await post(world, path, `token=${token}&token=${token}`, headers), 400, 'invalid_request')
    }
    const userinfo = await post(world, '/oauth2/userinfo?access_token=x', { access_token: tokens.access_token })
    expectJsonError(userinfo, 400, 'invalid_request')
    expect(writes).toEqual([])
  })

  test.each(['client_id', 'redirect_uri'])(
    'the authorization endpoint shows an error page to %s twice (G04)',
    async (name) => {
      const { world, client, writes } = await prepare()
      const url = new URL(authorizeUrl(world, client, createPkce()))
      url.searchParams.append(name, url.searchParams.get(name) as string)
      await expectErrorPage(await world.browser().request(url.href), 400, 'invalid_request')
      expect(writes).toEqual([])
    },
  )

  test.each(['scope', 'response_type', 'nonce', 'prompt', 'code_challenge', 'code_challenge_method', 'anything'])(
    'the authorization endpoint tells the client invalid_request for %s twice (G04)',
    async (name) => {
      // RFC 6749 section 4.1.2.1: "includes a parameter more than once" is one of the errors that go to the client.
      const { world, client, writes } = await prepare()
      const url = new URL(authorizeUrl(world, client, createPkce(), { nonce: 'n', prompt: 'login', anything: '1' }))
      url.searchParams.append(name, url.searchParams.get(name) as string)
      const response = await world.browser().request(url.href)
      expectErrorRedirect(world, response, redirectUri, 'invalid_request')
      expect(writes).toEqual([])
    },
  )

  test('the authorization endpoint answers invalid_request to state twice, and issues no code (G04)', async () => {
    const { world, client, writes } = await prepare()
    const browser = world.browser()
    browser.signIn(alice)
    const url = `${authorizeUrl(world, client, createPkce(), { prompt: 'none' })}&state=other`
    const response = await browser.request(url)
    const said = `${response.headers.get('location')} ${await response.text()}`
    expect(said).toContain('invalid_request')
    expect(said).not.toContain('code=')
    expect(writes).toEqual([])
  })

  test('authorize by POST: the query next to the body is refused (G04)', async () => {
    const { world, client, writes } = await prepare()
    const { search } = new URL(authorizeUrl(world, client, createPkce()))
    const init = { method: 'POST', headers: { 'content-type': form }, body: search.slice(1) }
    await expectErrorPage(
      await world.browser().request(`${issuer}/oauth2/authorize?prompt=none`, init),
      400,
      'invalid_request',
    )
    expect(writes).toEqual([])
  })

  test('consent and continue: state twice is refused and the consent still works (G04)', async () => {
    const { world, client, writes } = await prepare()
    const browser = world.browser()
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { prompt: 'consent' }), {
      user: alice,
    })
    const state = new URL(url).searchParams.get('state')
    const twice = `state=${state}&state=${state}`
    writes.length = 0
    for (const path of ['continue', 'consent']) {
      const response = await browser.request(`${issuer}/oauth2/${path}?${twice}`)
      await expectErrorPage(response, 400, 'invalid_request')
    }
    for (const body of [`${twice}&accept=true`, `state=${state}&accept=false&accept=true`]) {
      const init = { method: 'POST', headers: { 'content-type': form, origin: baseUrl }, body }
      await expectErrorPage(await browser.request(`${issuer}/oauth2/consent`, init), 400, 'invalid_request')
    }
    expect(writes).toEqual([])
    expect((await browser.consent(url, true)).headers.get('location')).toContain('code=')
  })

  test('resource may be repeated, at authorize and at the token endpoint (G04)', async () => {
    const { world, client, authorized, headers } = await prepare()
    const both = '&resource=https%3A%2F%2Fapi.example.com&resource=https%3A%2F%2Ffiles.example.com%2Fv1'
    const response = await world.browser().request(authorizeUrl(world, client, createPkce()) + both)
    expect(new URL(response.headers.get('location') as string).pathname).toBe('/login')
    const body = codeForm(authorized) + both
    expect((await post(world, '/oauth2/token', body, headers)).status).toBe(200)
  })
})
