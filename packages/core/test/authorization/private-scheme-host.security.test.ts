import { describe, expect, test } from 'vitest'
import { redirectHost, shownDestination } from '../../src/protocol/redirect-uri.ts'
import { isLoopbackHost, webHost } from '../../src/protocol/web-host.ts'
import { authorize, authorizeUrl, createPkce, registerConfidential } from '../support/client.ts'
import { createLogoutWorld, logoutUrl, readPage } from '../support/logout.ts'
import { readSources } from '../support/source.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice } from '../support/world.ts'

const scope = 'openid email'
const native = 'native' as const

test.each([
  ['https://bank.example/cb', 'bank.example'],
  ['https://bank.example:8443/cb', 'bank.example:8443'],
  ['HTTPS://BANK.example/cb', 'bank.example'],
  ['http://127.0.0.1:4000/cb', '127.0.0.1:4000'],
  ['evil://bank.example/cb', undefined],
  ['evil://bank.example:8443/cb', undefined],
  ['com.example.app:/cb', undefined],
  ['ftp://bank.example/cb', undefined],
  ['ws://bank.example/cb', undefined],
  ['file://bank.example/cb', undefined],
  ['https', undefined],
  ['not a URL', undefined],
])('the host of %s is %s, because only http and https have hosts (A14)', (uri, host) => {
  expect(webHost(uri)?.host).toBe(host)
})

test.each([
  ['localhost', true],
  ['localhost.', true],
  ['app.localhost', true],
  ['127.0.0.1', true],
  ['127.8.8.8', true],
  ['[::1]', true],
  ['127.evil.example', false],
  ['localhost.evil.example', false],
  ['bank.example', false],
])('%s is the own machine of a user: %s (A14)', (hostname, loopback) => {
  expect(isLoopbackHost(hostname)).toBe(loopback)
})

describe('an application that writes the host of another one into its private-use scheme', () => {
  const uri = 'evilapp://accounts.google.com/cb'

  test('an application whose private-use scheme contains the host of another application is shown by its scheme on the consent page (A14)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world, { redirect_uris: [uri], application_type: native })
    const browser = world.browser()
    browser.signIn(alice)
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { redirect_uri: uri, scope }))
    expect((await world.provider.resolveLoginContext(browser.pageRequest(url))).redirectHost).toBe('evilapp:')
  })

  test('an application whose private-use scheme contains the host of another application is shown by its scheme on the question of a logout (A14)', async () => {
    const world = createLogoutWorld()
    const client = await registerConfidential(world, {
      redirect_uris: [uri],
      post_logout_redirect_uris: [uri],
      enable_end_session: true,
      application_type: native,
    })
    const browser = world.browser()
    browser.signIn(alice)
    const asked = { client_id: client.client_id, post_logout_redirect_uri: uri }
    const page = await readPage(await browser.request(logoutUrl(world, asked)))
    expect(page).toContain('evilapp:')
    expect(page).not.toContain('google')
  })

  test('an application whose private-use scheme contains the host of another application does not inherit a consent for the same host over https, nor the other way round (A14)', async () => {
    const web = 'https://app.example.com/callback'
    const app = 'evilapp://app.example.com/callback'
    for (const [first, second] of [
      [web, app],
      [app, web],
    ] as const) {
      const world = createQuickWorld()
      const client = await registerConfidential(world, { redirect_uris: [web, app], application_type: native })
      const { browser } = await authorize(world, client, { scope, redirect_uri: first })
      const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { redirect_uri: second, scope }))
      expect(new URL(url).pathname).toBe('/consent')
    }
  })

  test('a remembered place of a private-use scheme ends with a colon, as no host does (A14)', () => {
    expect([redirectHost(uri), shownDestination(uri)]).toEqual(['evilapp:', 'evilapp:'])
    expect(redirectHost('http://localhost:4000/cb')).toBe('localhost')
    expect(shownDestination('http://localhost:4000/cb')).toBe('localhost:4000')
  })
})

test('nobody but webHost reads the host of a URL that somebody else chose (A14)', () => {
  // These files read addresses, URLs of the host's configuration, and https URLs of fetches and incoming requests.
  const allowed = [
    'protocol/web-host.ts',
    'protocol/private-address.ts',
    'protocol/ip-address.ts',
    'http/outbound.ts',
    'endpoints/end-session.ts',
    'tenants/by-host.ts',
  ]
  const readers = readSources().filter(({ code }) =>
    [
      /\bnew URL\([^)]*\)\.host(?:name)?\b/,
      /\{[^}]*\bhost(?:name)?\b[^}]*\} = new URL\(/,
      /\b(?:\w*[uU]rl|\w*[uU]ri|parsed)\.host(?:name)?\b/,
    ].some((reads) => reads.test(code)),
  )
  expect(readers.map(({ path }) => path).filter((path) => !allowed.includes(path))).toEqual([])
})
