import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  exchangeCode,
  redirectUri,
  registerConfidential,
  registerPublic,
} from '../support/client.ts'
import { ask, expectErrorPage } from '../support/expectations.ts'
import { alice, createWorld } from '../support/world.ts'

describe('only the registered URI itself (A01)', () => {
  test.each([
    ['extra path', 'https://app.example.com/callback/more'],
    ['extra query', 'https://app.example.com/callback?x=1'],
    ['empty query', 'https://app.example.com/callback?'],
    ['trailing slash', 'https://app.example.com/callback/'],
    ['case change in the path', 'https://app.example.com/Callback'],
    ['case change in the host', 'https://APP.example.com/callback'],
    ['case change in the scheme', 'HTTPS://app.example.com/callback'],
    ['dot segments', 'https://app.example.com/x/../callback'],
    ['encoded dot segments', 'https://app.example.com/x/%2e%2e/callback'],
    ['encoded slash', 'https://app.example.com%2Fcallback'],
    ['encoded letter', 'https://app.example.com/%63allback'],
    ['user information', 'https://app.example.com@evil.test/callback'],
    ['user information before the host', 'https://user@app.example.com/callback'],
    ['backslash', 'https://app.example.com\\callback'],
    ['backslash before the host', 'https://evil.test\\@app.example.com/callback'],
    ['another port', 'https://app.example.com:8443/callback'],
    ['the default port, spelt out', 'https://app.example.com:443/callback'],
    ['http for https', 'http://app.example.com/callback'],
    ['a fragment', 'https://app.example.com/callback#x'],
    ['a longer host', 'https://app.example.com.evil.test/callback'],
    ['a shorter path', 'https://app.example.com/call'],
    ['white space around it', ' https://app.example.com/callback '],
    ['a protocol-relative URI', '//app.example.com/callback'],
    ['a relative URI', '/callback'],
  ])('%s shows an error page and does not redirect (A01)', async (_name, uri) => {
    const world = createWorld()
    const client = await registerConfidential(world)
    await expectErrorPage(await ask(world, client, { redirect_uri: uri }), 400, 'invalid_request')
  })

  test('the registered URI itself is accepted, its own query included (A01)', async () => {
    const world = createWorld()
    const withQuery = 'https://app.example.com/cb?tenant=a%20b'
    const client = await registerConfidential(world, { redirect_uris: [redirectUri, withQuery] })
    const { parameters } = await authorize(world, client, { redirect_uri: withQuery })
    expect(parameters.get('tenant')).toBe('a b')
    await expectErrorPage(await ask(world, client, { redirect_uri: undefined }), 400, 'invalid_request')
  })
})

describe('what may not be registered (A02)', () => {
  test.each([
    ['wildcard in the host', 'https://*.example.com/cb'],
    ['wildcard in the path', 'https://app.example.com/*'],
    ['fragment', 'https://app.example.com/cb#here'],
    ['empty fragment', 'https://app.example.com/cb#'],
    ['relative', '/cb'],
    ['protocol-relative', '//app.example.com/cb'],
    ['no host', 'https:///cb'],
    ['no slashes', 'https:app.example.com/cb'],
    ['empty host with a port', 'https://:443/cb'],
    ['empty text', ''],
    ['plain http', 'http://app.example.com/cb'],
    ['user information', 'https://user:pass@app.example.com/cb'],
    ['white space', 'https://app.example.com/c b'],
    ['backslash', 'https://app.example.com\\cb'],
  ])('%s answers invalid_redirect_uri, and nothing is stored (A02)', async (_name, uri) => {
    const world = createWorld()
    const attempt = registerConfidential(world, { redirect_uris: [redirectUri, uri] })
    await expect(attempt).rejects.toMatchObject({ code: 'invalid_redirect_uri', status: 400 })
    expect(await world.storage.clients.list({ limit: 10 })).toEqual([])
  })
})

describe('the port of a loopback redirect (A03)', () => {
  test.each([
    ['http://127.0.0.1/cb', 'http://127.0.0.1:51004/cb'],
    ['http://127.0.0.1:3000/cb', 'http://127.0.0.1:51004/cb'],
    ['http://127.0.0.1:3000/cb', 'http://127.0.0.1/cb'],
    ['http://[::1]/cb', 'http://[::1]:51004/cb'],
    ['http://[::1]:3000/cb', 'http://[::1]:1/cb'],
    ['http://127.0.0.1/cb?from=app', 'http://127.0.0.1:65535/cb?from=app'],
  ])('%s is matched by %s (A03)', async (registered, presented) => {
    const world = createWorld()
    const client = await registerPublic(world, { redirect_uris: [registered] })
    const request = authorizeUrl(world, client, createPkce(), { redirect_uri: presented })
    const { url } = await world.browser().visit(request, { user: alice, accept: true })
    expect(url.startsWith(`${presented}${presented.includes('?') ? '&' : '?'}code=c`)).toBe(true)
  })

  test.each([
    ['http://127.0.0.1/cb', 'http://127.0.0.1:51004/other'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:51004/cb/'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:51004/cb?x=1'],
    ['http://127.0.0.1/cb?x=1', 'http://127.0.0.1:51004/cb'],
    ['http://[::1]/cb', 'http://[::1]:51004/CB'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:0/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:65536/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:80@evil.test/cb'],
    ['http://127.0.0.1/cb', 'http://user@127.0.0.1:80/cb'],
  ])('%s is not matched by %s (A03)', async (registered, presented) => {
    const world = createWorld()
    const client = await registerPublic(world, { redirect_uris: [registered] })
    await expectErrorPage(await ask(world, client, { redirect_uri: presented }), 400, 'invalid_request')
  })
})

describe('where the port may not change (A04)', () => {
  test.each([
    ['https', 'https://127.0.0.1/cb', 'https://127.0.0.1:8443/cb'],
    ['a scheme that differs', 'http://127.0.0.1/cb', 'https://127.0.0.1:51004/cb'],
    ['a scheme in capitals', 'http://127.0.0.1/cb', 'HTTP://127.0.0.1:51004/cb'],
    ['a longer host', 'http://127.0.0.1/cb', 'http://127.0.0.1.evil.test/cb'],
    ['another loopback address', 'http://127.0.0.1/cb', 'http://127.0.0.2:51004/cb'],
    ['the unspecified address', 'http://127.0.0.1/cb', 'http://0.0.0.0:51004/cb'],
    ['a decimal address', 'http://127.0.0.1/cb', 'http://2130706433:51004/cb'],
    ['a hexadecimal address', 'http://127.0.0.1/cb', 'http://0x7f000001:51004/cb'],
    ['an octal address', 'http://127.0.0.1/cb', 'http://0177.0.0.1:51004/cb'],
    ['a short address', 'http://127.0.0.1/cb', 'http://127.1:51004/cb'],
    ['IPv4 for IPv6', 'http://[::1]/cb', 'http://127.0.0.1:51004/cb'],
    ['IPv6 for IPv4', 'http://127.0.0.1/cb', 'http://[::1]:51004/cb'],
    ['a long IPv6 spelling', 'http://[::1]/cb', 'http://[0:0:0:0:0:0:0:1]:51004/cb'],
    ['a mapped IPv6 address', 'http://127.0.0.1/cb', 'http://[::ffff:127.0.0.1]:51004/cb'],
    ['localhost for the address', 'http://127.0.0.1/cb', 'http://localhost:51004/cb'],
    ['the address for localhost', 'http://localhost/cb', 'http://127.0.0.1:51004/cb'],
    ['localhost with a dot', 'http://localhost/cb', 'http://localhost.:51004/cb'],
    ['a host below localhost', 'http://localhost/cb', 'http://evil.localhost:51004/cb'],
  ])('the port never changes for %s (A04)', async (_name, registered, presented) => {
    const world = createWorld()
    const client = await registerPublic(world, { redirect_uris: [registered] })
    await expectErrorPage(await ask(world, client, { redirect_uri: presented }), 400, 'invalid_request')
  })

  test('the port of localhost may change only for a native client, with a secret or without one (A04)', async () => {
    const world = createWorld()
    const uris = { redirect_uris: ['http://localhost:3000/cb'] }
    const changed = { redirect_uri: 'http://localhost:4000/cb' }
    const native = await registerPublic(world, { ...uris, application_type: 'native' })
    const ofNative = await exchangeCode(world, native, await authorize(world, native, changed), changed)
    expect(ofNative.status).toBe(200)

    const web = await registerPublic(world, { ...uris, application_type: 'web' })
    await expectErrorPage(await ask(world, web, changed), 400, 'invalid_request')
    const confidential = await registerConfidential(world, { ...uris, application_type: 'native' })
    const ofConfidential = await exchangeCode(
      world,
      confidential,
      await authorize(world, confidential, changed),
      changed,
    )
    expect(ofConfidential.status).toBe(200)
    const server = await registerConfidential(world, { ...uris, application_type: 'web' })
    await expectErrorPage(await ask(world, server, changed), 400, 'invalid_request')
  })

  test.each(['http://0.0.0.0/cb', 'http://127.0.0.2/cb', 'http://2130706433/cb', 'http://127.0.0.1.evil.test/cb'])(
    '%s is no loopback redirect and may not be registered (A04)',
    async (uri) => {
      const attempt = registerPublic(createWorld(), { redirect_uris: [uri] })
      await expect(attempt).rejects.toMatchObject({ code: 'invalid_redirect_uri' })
    },
  )
})
