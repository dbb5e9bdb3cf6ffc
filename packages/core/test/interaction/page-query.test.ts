import { describe, expect, test } from 'vitest'
import { signPageQuery, verifyPageQuery } from '../../src/interaction/page-query.ts'
import { authorizeUrl, createPkce, registerConfidential } from '../support/client.ts'
import { alice, createWorld } from '../support/world.ts'

/** The seed's secret, which is too short for the option. */
const secret = 'test-secret-belgie'
const ownSecret = 'a-secret-for-the-query-of-pages-0123456789'
const message =
  'response_type=code&client_id=abc&redirect_uri=https%3A%2F%2Fclient.example%2Fcb&state=xyz&exp=2000000000'
const signature = 'Q6ZBzqnvf75y8TNKP3e0PSeYSSHBVnOqEgwkPpJQd+w='
const signed = `${message}&sig=${encodeURIComponent(signature)}`
const now = 1_900_000_000

/** Sends a browser to a page of the host. */
async function openPage(options: Parameters<typeof createWorld>[0] = {}) {
  const world = createWorld({ oauthQuerySigningSecret: ownSecret, ...options })
  const client = await registerConfidential(world)
  const parameters = { login_hint: 'a+b c~*é', state: 'of the client' }
  const { url } = await world.browser().visit(authorizeUrl(world, client, createPkce(), parameters))
  return { world, client, url }
}

describe('the signed query of a page (seed B187)', () => {
  test('the test vector has the same signature as the seed’s and as btoa of the HMAC (seed B187)', async () => {
    const query = new URLSearchParams(message)
    query.delete('exp')
    expect(await signPageQuery(secret, query, 2_000_000_000)).toBe(signed)
    const { provider } = createWorld({ oauthQuerySigningSecret: ownSecret })
    const own = await signPageQuery(ownSecret, query, 2_000_000_000)
    expect((await provider.verifyPageQuery(own))?.get('state')).toBe('xyz')
  })

  test('a built query can be verified and parsed: sig is dropped, and exp stays (seed B187)', async () => {
    const parsed = await verifyPageQuery([secret], `?${signed}`, now)
    expect(Object.fromEntries(parsed ?? [])).toEqual({
      response_type: 'code',
      client_id: 'abc',
      redirect_uri: 'https://client.example/cb',
      state: 'xyz',
      exp: '2000000000',
    })
  })

  test.each([
    ['a changed value', signed.replace('state=xyz', 'state=xyy')],
    ['a value more', `${signed}&accept=true`],
    ['a value more in front', `accept=true&${signed}`],
    ['a value less', signed.replace('&state=xyz', '')],
    ['another order', signed.replace('response_type=code&client_id=abc', 'client_id=abc&response_type=code')],
    ['a repeated value', `${signed}&state=xyz`],
    ['a later exp', signed.replace('exp=2000000000', 'exp=2100000000')],
    ['a second exp', `exp=2100000000&${signed}`],
    ['a second sig', `${signed}&sig=x`],
    ['another sig', signed.replace('sig=Q6', 'sig=Q7')],
    ['a shorter sig', signed.slice(0, -3)],
    ['an empty sig', `${message}&sig=`],
    ['no sig', message],
    ['nothing', ''],
  ])('a query with %s is undefined (seed B187)', async (_name, query) => {
    expect(await verifyPageQuery([secret], query, now)).toBeUndefined()
  })

  test('a signed query without a good exp is undefined (seed B187)', async () => {
    for (const exp of [Number.NaN, 1e21, -1, 2e9 + 0.5]) {
      const query = await signPageQuery(secret, new URLSearchParams({ state: 'x' }), exp)
      expect(await verifyPageQuery([secret], query, now), String(exp)).toBeUndefined()
    }
  })

  test('a query under another secret, or at the second at which it expires, is undefined (seed B187)', async () => {
    expect(await verifyPageQuery(['another'], signed, now)).toBeUndefined()
    expect(await verifyPageQuery([secret], signed, 1_999_999_999)).toBeDefined()
    expect(await verifyPageQuery([secret], signed, 2_000_000_000)).toBeUndefined()
  })
})

describe('provider.verifyPageQuery', () => {
  test('verifyPageQuery reads the URL that a page gets, as text, URL, search or query', async () => {
    const { world, client, url } = await openPage()
    const { search } = new URL(url)
    for (const form of [url, new URL(url), search, search.slice(1), `${url}#top`]) {
      const query = await world.provider.verifyPageQuery(form)
      expect(query?.get('client_id')).toBe(client.client_id)
      expect(query?.get('login_hint')).toBe('a+b c~*é')
      expect(query?.get('state')).toBe(new URL(url).searchParams.get('state'))
      expect(query?.get('state')).not.toBe('of the client')
      expect(query?.has('sig')).toBe(false)
    }
  })

  test('verifyPageQuery reads a page with a query of its own', async () => {
    const { world, url } = await openPage({ loginUrl: '/login?theme=dark mode&next=%2Fx' })
    expect(new URL(url).searchParams.get('theme')).toBe('dark mode')
    expect((await world.provider.verifyPageQuery(url))?.get('next')).toBe('/x')
    expect(await world.provider.verifyPageQuery(url.replace('dark', 'light'))).toBeUndefined()
  })

  test('a page query ends with the interaction, and that of another server is refused', async () => {
    const { world, url } = await openPage()
    const other = createWorld({ secret: 'another-secret-with-enough-characters!' })
    expect(await other.provider.verifyPageQuery(url)).toBeUndefined()
    world.clock.advance(599)
    expect(await world.provider.verifyPageQuery(url)).toBeDefined()
    world.clock.advance(1)
    expect(await world.provider.verifyPageQuery(url)).toBeUndefined()
  })

  test('consent pages get a signed query as well', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const { url } = await world.browser().visit(authorizeUrl(world, client, createPkce()), { user: alice })
    expect(new URL(url).pathname).toBe('/consent')
    expect((await world.provider.verifyPageQuery(url))?.get('scope')).toBe('openid profile email offline_access')
  })
})
