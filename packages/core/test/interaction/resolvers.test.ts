import { describe, expect, test } from 'vitest'
import { authorize, authorizeUrl, createPkce, redirectUri, registerConfidential } from '../support/client.ts'
import { ask, expectErrorPage, expectErrorRedirect } from '../support/expectations.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { watchStorage } from '../support/watched-storage.ts'
import { alice, issuer, type WorldOptions } from '../support/world.ts'

const pages = { selectAccountUrl: '/accounts', postLoginUrl: '/terms' }

/** The answers of the host's resolvers, and how often the server called them. */
function createHost() {
  const host = { account: false, postLogin: false, asked: [] as string[] }
  const options: WorldOptions = {
    ...pages,
    async selectAccountResolver() {
      host.asked.push('account')
      return host.account
    },
    postLoginResolver() {
      host.asked.push('postLogin')
      return host.postLogin
    },
  }
  return { host, options }
}

/** A browser whose user has signed in and consented before. */
async function returning(more: WorldOptions = {}) {
  const { host, options } = createHost()
  const { storage, writes } = watchStorage()
  const world = createQuickWorld({ ...options, ...more, storage })
  const client = await registerConfidential(world)
  const { browser } = await authorize(world, client)
  world.clock.advance(10)
  host.asked.length = 0
  writes.length = 0
  const go = async (parameters: Readonly<Record<string, string>> = {}) =>
    new URL((await browser.visit(authorizeUrl(world, client, createPkce(), parameters))).url)
  const context = (page: URL) => world.provider.resolveLoginContext(browser.pageRequest(page.href))
  return { world, client, browser, host, writes, go, context }
}

describe('prompt=none, where the user would have to do something', () => {
  const needs = [
    ['the account resolver', { account: true }, 'account_selection_required', 'seed B24', 'account selection'],
    ['the post-login resolver', { postLogin: true }, 'interaction_required', 'seed B25', 'interaction'],
    [
      'each of both resolvers, of which the account resolver comes first,',
      { account: true, postLogin: true },
      'account_selection_required',
      'seed B24, B25',
      'account selection',
    ],
  ] as const

  test.each(needs)(
    'when %s answers %o, the error is %s, with description, iss and state (%s)',
    async (_name, says, error, _line, what) => {
      const { client, world, browser, host, writes } = await returning()
      Object.assign(host, says)
      const response = await ask(world, client, { prompt: 'none' }, { browser })
      expect(Object.fromEntries(expectErrorRedirect(world, response, redirectUri, error))).toEqual({
        error,
        error_description: `End-User ${what} is required`,
        iss: issuer,
        state: 'client-state',
      })
      expect(writes).toEqual([])
    },
  )

  test('missing consent answers consent_required, with iss (seed B22)', async () => {
    const { client, world, browser } = await returning()
    const response = await ask(world, client, { prompt: 'none', scope: 'notes:write' }, { browser })
    expectErrorRedirect(world, response, redirectUri, 'consent_required')
  })

  test('without a signed-in user the answer is login_required and nothing else (seed B23)', async () => {
    const { client, world, host } = await returning()
    const response = await ask(world, client, { prompt: 'none' })
    expect(Object.fromEntries(expectErrorRedirect(world, response, redirectUri, 'login_required'))).toEqual({
      error: 'login_required',
      error_description: 'authentication required',
      iss: issuer,
      state: 'client-state',
    })
    expect(host.asked).toEqual([])
  })

  test('prompt=none together with login is an error of its own (decision 8 overrules seed B26)', async () => {
    const { client, world } = await returning()
    expectErrorRedirect(world, await ask(world, client, { prompt: 'none login' }), redirectUri, 'invalid_request')
  })

  test('when both resolvers answer no, the code comes at once', async () => {
    const { go, host, writes } = await returning()
    expect((await go({ prompt: 'none' })).searchParams.get('code')).toMatch(/^c[0-9a-v]{24}[\w-]{43}$/)
    expect(host.asked).toEqual(['account', 'postLogin'])
    expect(writes).toEqual(['grants.commit'])
  })
})

describe('selectAccountResolver', () => {
  test('without the resolver and without consent a signed-in user goes to the signed consent page (seed B21)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const browser = world.browser()
    browser.signIn(alice)
    const response = await ask(world, client, {}, { browser })
    const page = new URL(response.headers.get('location') as string)
    expect([response.status, page.pathname]).toEqual([302, '/consent'])
    expect(page.searchParams.get('sig')).toMatch(/^[A-Za-z0-9+/]{43}=$/)
    expect(page.searchParams.get('exp')).toBe(String(world.clock.now() + 600))
  })

  test('the account page is shown, and &selected=true continues without asking the resolver again (seed B50)', async () => {
    const { go, context, host, browser } = await returning()
    host.account = true
    const page = await go()
    expect(page.pathname).toBe('/accounts')
    const { returnTo, intent } = await context(page)
    expect([intent, returnTo]).toEqual([
      'select_account',
      `${issuer}/oauth2/continue?state=${page.searchParams.get('state')}&selected=true`,
    ])
    host.asked.length = 0
    expect(new URL((await browser.visit(returnTo)).url).searchParams.get('code')).toMatch(/^c[0-9a-v]{24}[\w-]{43}$/)
    expect(host.asked).toEqual(['postLogin'])
  })

  test('coming back without a choice shows the page again, and a changed mind of the host ends it', async () => {
    const { go, host, browser } = await returning()
    host.account = true
    const state = (await go()).searchParams.get('state')
    const undecided = `${issuer}/oauth2/continue?state=${state}&created=true&post_login=true`
    expect(new URL((await browser.visit(undecided)).url).pathname).toBe('/accounts')
    host.account = false
    expect(new URL((await browser.visit(undecided)).url).searchParams.get('code')).toMatch(/^c[0-9a-v]{24}[\w-]{43}$/)
  })

  test('&selected=true said on the login page is no choice', async () => {
    const { options, host } = createHost()
    host.account = true
    const world = createQuickWorld(options)
    const client = await registerConfidential(world)
    const browser = world.browser()
    const login = new URL((await browser.visit(authorizeUrl(world, client, createPkce()))).url)
    expect(login.pathname).toBe('/login')
    browser.signIn(alice)
    const claimed = `${issuer}/oauth2/continue?state=${login.searchParams.get('state')}&selected=true`
    expect(new URL((await browser.visit(claimed)).url).pathname).toBe('/accounts')
  })

  test('prompt=select_account without a page is refused with its description (seed B27)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const { browser } = await authorize(world, client)
    const response = await ask(world, client, { prompt: 'select_account' }, { browser })
    expect(Object.fromEntries(expectErrorRedirect(world, response, redirectUri, 'invalid_request'))).toEqual({
      error: 'invalid_request',
      error_description: 'unsupported prompt type',
      iss: issuer,
      state: 'client-state',
    })
  })
})

describe('postLoginResolver', () => {
  test('postLoginResolver shows the page until it says no, whatever the browser claims', async () => {
    const { go, context, host, browser } = await returning()
    host.postLogin = true
    const page = await go()
    expect(page.pathname).toBe('/terms')
    const { returnTo, intent } = await context(page)
    expect([intent, returnTo]).toEqual([
      'post_login',
      `${issuer}/oauth2/continue?state=${page.searchParams.get('state')}&post_login=true`,
    ])
    for (let times = 0; times < 2; times++) {
      expect(new URL((await browser.visit(returnTo)).url).pathname).toBe('/terms')
    }
    host.postLogin = false
    expect(new URL((await browser.visit(returnTo)).url).searchParams.get('code')).toMatch(/^c[0-9a-v]{24}[\w-]{43}$/)
  })

  test('account, post-login step and consent come one after the other', async () => {
    const { go, context, host, browser } = await returning()
    Object.assign(host, { account: true, postLogin: true })
    const accounts = await go({ scope: 'openid notes:write' })
    expect(accounts.pathname).toBe('/accounts')
    const terms = new URL((await browser.visit((await context(accounts)).returnTo)).url)
    expect(terms.pathname).toBe('/terms')
    host.postLogin = false
    const consent = new URL((await browser.visit((await context(terms)).returnTo)).url)
    expect(consent.pathname).toBe('/consent')
    expect((await browser.consent(consent.href, true)).headers.get('location')).toContain('code=')
  })

  test.each([
    ['account', '/accounts'],
    ['postLogin', '/terms'],
  ] as const)('a consent posted while %s is due approves nothing', async (step, path) => {
    const { go, host, browser, writes } = await returning()
    host[step] = true
    const page = await go({ scope: 'openid notes:write' })
    expect(page.pathname).toBe(path)
    writes.length = 0
    await expectErrorPage(await browser.consent(page.href, true), 400, 'invalid_request')
    expect(writes).toEqual([])
  })
})

describe('both resolvers', () => {
  test('both resolvers get the client, the user, the session and the requested scopes', async () => {
    const seen: unknown[] = []
    const world = createQuickWorld({
      ...pages,
      selectAccountResolver: (facts) => seen.push(['account', facts]) === 0,
      postLoginResolver: (facts) => seen.push(['postLogin', facts]) === 0,
    })
    const client = await registerConfidential(world)
    await authorize(world, client, { scope: 'openid email' })
    const facts = {
      client: expect.objectContaining({ id: client.client_id }),
      user: alice,
      session: { id: 'session-1', authTime: world.clock.now(), amr: ['pwd'] },
      scopes: ['openid', 'email'],
    }
    expect(seen.slice(0, 2)).toEqual([
      ['account', facts],
      ['postLogin', facts],
    ])
  })

  test.each([undefined, null])('a resolver that answers %j does not say yes', async (answer) => {
    const { go } = await returning({
      selectAccountResolver: () => answer as never,
      postLoginResolver: () => answer as never,
    })
    expect((await go()).searchParams.get('code')).toMatch(/^c[0-9a-v]{24}[\w-]{43}$/)
  })

  test.each(['selectAccountResolver', 'postLoginResolver'] as const)(
    '%s that throws is server_error for the client, without the reason, and nothing is written',
    async (name) => {
      const { host, options } = createHost()
      let broken = false
      const { world, client, browser, writes } = await returning({
        ...options,
        [name]: async () => {
          if (broken) throw new Error('the directory is down')
          return false
        },
      })
      broken = true
      const response = await ask(world, client, {}, { browser })
      const parameters = expectErrorRedirect(world, response, redirectUri, 'server_error')
      expect(parameters.toString()).not.toContain('directory')
      expect(writes).toEqual([])
      expect(host.account).toBe(false)
      const cause = expect.objectContaining({ message: 'the directory is down' })
      expect(world.events).toContainEqual({ type: 'request.failed', endpoint: 'authorize', cause })
    },
  )
})
