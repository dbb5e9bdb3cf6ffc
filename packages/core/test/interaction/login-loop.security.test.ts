import { describe, expect, test } from 'vitest'
import { authorize, authorizeUrl, createPkce, redirectUri, registerConfidential } from '../support/client.ts'
import { expectErrorPage, expectErrorRedirect } from '../support/expectations.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice } from '../support/world.ts'

const demands = [{ prompt: 'login' }, { max_age: '0' }, { max_age: '5' }, { prompt: 'create' }] as const

/** A user who has consented before and returns with the same session. */
async function start(parameters: Record<string, string>) {
  const world = createQuickWorld()
  const client = await registerConfidential(world)
  const { browser } = await authorize(world, client, { scope: 'openid' })
  world.clock.advance(10)
  const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { scope: 'openid', ...parameters }))
  const { returnTo } = await world.provider.resolveLoginContext(browser.pageRequest(url))
  return { world, client, browser, url, returnTo }
}

/** The login page of the seed's Quick Start. It signs no user in and only sends the browser back. */
async function throughSeedPage({ world, browser, url }: Awaited<ReturnType<typeof start>>): Promise<Response> {
  let page = url
  for (let rounds = 0; rounds < 5; rounds++) {
    const { returnTo } = await world.provider.resolveLoginContext(browser.pageRequest(page))
    const response = await browser.request(returnTo)
    const location = response.headers.get('location') as string
    if (!/\/(login|signup)\?/.test(location)) return response
    page = location
  }
  throw new Error('it goes round in circles')
}

describe('a login page that sends its user back without signing them in anew (F15)', () => {
  test.each(demands)(
    'a login page that sends its user back without a new login ends with login_required for the client, and an event: %j (F15)',
    async (parameters) => {
      const setting = await start(parameters)
      const response = await throughSeedPage(setting)
      const answer = expectErrorRedirect(setting.world, response, redirectUri, 'login_required')
      expect(answer.get('error_description')).toContain('sign the user in again')
      const events = setting.world.events.filter(({ type }) => type === 'interaction.session_unchanged')
      expect(events).toEqual([
        { type: 'interaction.session_unchanged', clientId: setting.client.client_id, step: 'login' },
      ])
    },
  )

  test('costs a user nothing who is still on the page in another tab: signing in there goes on (F15)', async () => {
    const { world, browser, returnTo } = await start({ prompt: 'login' })
    expectErrorRedirect(world, await browser.request(returnTo), redirectUri, 'login_required')
    browser.signIn(alice)
    expect((await browser.visit(returnTo)).url).toContain('code=')
  })

  test('a user who presses Back after signing in, or opens the return address twice, gets no error (F15)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const browser = world.browser()
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { prompt: 'login' }))
    const { returnTo } = await world.provider.resolveLoginContext(browser.pageRequest(url))
    world.clock.advance(10)
    browser.signIn(alice)
    for (let times = 0; times < 3; times++) {
      const response = await browser.request(returnTo)
      expect(new URL(response.headers.get('location') as string).pathname).toBe('/consent')
    }
  })

  test('whoever is not signed in at all is shown the page again (F15)', async () => {
    const { browser, returnTo } = await start({ prompt: 'login' })
    browser.signOut()
    const response = await browser.request(returnTo)
    expect(new URL(response.headers.get('location') as string).pathname).toBe('/login')
  })
})

describe('what only looks at a link uses nothing up (F16)', () => {
  const looks = [
    ['HEAD', { method: 'HEAD' }],
    ['a prefetch', { headers: { 'sec-purpose': 'prefetch' } }],
    ['a prerender', { headers: { 'sec-purpose': 'prefetch;prerender' } }],
    ['a preview', { headers: { purpose: 'preview' } }],
  ] as const

  test.each(looks)('%s at continue issues no code: the user who follows gets it (F16)', async (_name, init) => {
    const { world, browser, returnTo } = await start({ prompt: 'login' })
    browser.signIn(alice)
    const looked = await browser.request(returnTo, init)
    expect([looked.headers.get('location'), [400, 405].includes(looked.status)]).toEqual([null, true])
    expect(world.events.filter(({ type }) => type === 'code.issued')).toHaveLength(1)
    expect((await browser.visit(returnTo)).url).toContain('code=')
  })

  test.each(looks)('%s at authorize issues no code and begins nothing (F16)', async (_name, init) => {
    const { world, client, browser } = await start({ prompt: 'login' })
    const before = world.events.filter(({ type }) => /issued|started/.test(type)).length
    const looked = await browser.request(authorizeUrl(world, client, createPkce(), { scope: 'openid' }), init)
    expect([looked.headers.get('location'), [400, 405].includes(looked.status)]).toEqual([null, true])
    expect(world.events.filter(({ type }) => /issued|started/.test(type))).toHaveLength(before)
  })

  test.each(looks)('%s at end-session ends no session (F16)', async (_name, init) => {
    const world = createQuickWorld({ endsSessions: true })
    const client = await registerConfidential(world, { enable_end_session: true })
    const { browser } = await authorize(world, client, { scope: 'openid' })
    const looked = await browser.request(`${world.issuer}/oauth2/end-session`, init)
    expect([400, 405]).toContain(looked.status)
    expect(world.sessions.size).toBe(1)
  })

  test('a prefetch is told why (F16)', async () => {
    const { browser, returnTo } = await start({ prompt: 'login' })
    const response = await browser.request(returnTo, { headers: { 'sec-purpose': 'prefetch' } })
    expect(await expectErrorPage(response, 400, 'invalid_request')).toContain('cannot be loaded in advance')
  })
})
