import { describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import {
  type Answer,
  authorizeUrl,
  claimsOf,
  createPkce,
  exchangeCode,
  postAs,
  redirectUri,
  refresh,
  registerConfidential,
} from '../support/client.ts'
import { expectErrorRedirect, expectJsonError } from '../support/expectations.ts'
import { api, createQuickWorld } from '../support/tokens.ts'
import { watchStorage } from '../support/watched-storage.ts'
import { alice, issuer, type WorldOptions } from '../support/world.ts'

const files = 'https://files.example.com/v1'
const other = 'https://other.example.com'
const scope = 'notes:read offline_access'

async function prepare(more: WorldOptions = {}) {
  const { storage, writes } = watchStorage()
  const options = { bindResources: true, validAudiences: [api, files, other], ...more, storage }
  const world = createQuickWorld(options)
  const client = await registerConfidential(world)
  const browser = world.browser()
  browser.signIn(alice)
  const pkce = createPkce()
  const urlFor = (resources: readonly string[], parameters: Record<string, string> = {}) => {
    const query = resources.map((resource) => `&resource=${encodeURIComponent(resource)}`).join('')
    return authorizeUrl(world, client, pkce, { scope, ...parameters }) + query
  }
  const approve = async (resources: readonly string[], of: Browser = browser) => {
    const { url } = await of.visit(urlFor(resources), { accept: true })
    const parameters = new URL(url).searchParams
    return { code: parameters.get('code') as string, pkce, parameters, browser: of }
  }
  const tokensFor = async (resources: readonly string[], token: Record<string, string> = {}) =>
    exchangeCode(world, client, await approve(resources), token)
  return { world, client, browser, writes, urlFor, approve, tokensFor }
}

const audience = ({ body }: Answer): unknown => claimsOf(body.access_token).aud

describe('bindResources at the authorization endpoint (decision 18)', () => {
  test.each([
    ['an unknown one', ['https://evil.test']],
    ['one good and one unknown', [api, 'https://evil.test']],
    ['what only begins like one', [`${api}/deeper`]],
    ['no URI', ['api']],
  ])('%s is invalid_target for the client, and nothing is written', async (_name, resources) => {
    const { world, browser, writes, urlFor } = await prepare()
    writes.length = 0
    const response = await browser.request(urlFor(resources))
    const parameters = expectErrorRedirect(world, response, redirectUri, 'invalid_target')
    expect(parameters.get('state')).toBe('client-state')
    expect(writes).toEqual([])
  })

  test('the consent page shows the resources in the configured spelling', async () => {
    const { world, browser, urlFor } = await prepare()
    const { url } = await browser.visit(urlFor([`${api}/`, files, api]))
    const { resources } = await world.provider.resolveLoginContext(browser.pageRequest(url))
    expect(resources).toEqual([api, files])
  })

  test('the grant and the consent keep the resources of the request (seed B186)', async () => {
    const { world, approve } = await prepare()
    await approve([`${api}/`])
    const [grant] = await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })
    const [consent] = await world.storage.consents.list({ userId: alice.id })
    expect([grant?.resources, consent?.resources]).toEqual([[api], [api]])
  })

  test('a remembered consent covers its resources and fewer, and no new one; then the union (F07)', async () => {
    const { browser, urlFor, approve } = await prepare()
    const pathFor = async (resources: readonly string[]) =>
      new URL((await browser.visit(urlFor(resources))).url).pathname
    await approve([api])
    expect([await pathFor([api]), await pathFor([])]).toEqual(['/callback', '/callback'])
    expect([await pathFor([files]), await pathFor([api, files])]).toEqual(['/consent', '/consent'])
    await approve([files])
    expect(await pathFor([api, files])).toBe('/callback')
    const silent = await browser.request(urlFor([other], { prompt: 'none' }))
    expect(silent.headers.get('location')).toContain('error=consent_required')
  })
})

describe('bindResources at the token endpoint', () => {
  test('without resource the token is for every bound resource, whether the option names it or not', async () => {
    const { tokensFor } = await prepare()
    expect(audience(await tokensFor([api, files]))).toEqual([api, files])
    expect(audience(await tokensFor([api]))).toBe(api)
  })

  test('resource may narrow the token, with or without a trailing slash', async () => {
    const { tokensFor } = await prepare()
    expect(audience(await tokensFor([api, files], { resource: `${api}/` }))).toBe(api)
  })

  test.each([
    ['one that the server knows but the grant does not', other],
    ['an unknown one', 'https://evil.test'],
    ['the issuer', issuer],
  ])('%s is invalid_target, and the code stays as it was (C08)', async (_name, resource) => {
    const { world, client, approve, writes } = await prepare()
    const authorized = await approve([api, files])
    writes.length = 0
    expectJsonError(await exchangeCode(world, client, authorized, { resource }), 400, 'invalid_target')
    expect(writes).toEqual([])
    expect(audience(await exchangeCode(world, client, authorized, { resource: api }))).toBe(api)
  })

  test('the error says where a known resource was missing, and of an unknown one only that it is unknown', async () => {
    const { world, client, approve } = await prepare()
    const authorized = await approve([api, files])
    const describe = async (resource: string) =>
      (await exchangeCode(world, client, authorized, { resource })).body.error_description
    expect(await describe(`${other}/`)).toBe(
      `the authorization request did not name the resource ${other}/: send resource there as well`,
    )
    expect(await describe('https://evil.test')).toBe('the resource is unknown or not allowed')
    const tokens = await exchangeCode(world, client, authorized)
    const later = await refresh(world, client, tokens.body.refresh_token, { resource: other })
    expect(later.body).toMatchObject({
      error: 'invalid_target',
      error_description: `the authorization request did not name the resource ${other}: send resource there as well`,
    })
  })

  test('a grant to which no resource was bound lets each token request name one, and a refresh keeps the first (RFC 8707 section 2.2)', async () => {
    const { world, client, tokensFor } = await prepare()
    const first = await tokensFor([], { resource: `${api}/` })
    const second = await refresh(world, client, first.body.refresh_token)
    const elsewhere = await refresh(world, client, second.body.refresh_token, { resource: files })
    const third = await refresh(world, client, elsewhere.body.refresh_token)
    expect([first, second, elsewhere, third].map(audience)).toEqual([api, api, files, api])
    const unknown = await refresh(world, client, third.body.refresh_token, { resource: 'https://evil.test' })
    expectJsonError(unknown, 400, 'invalid_target')
    expect(audience(await refresh(world, client, third.body.refresh_token))).toBe(api)
  })

  test('a resource that a refresh names first is kept from then on', async () => {
    const { world, client, tokensFor } = await prepare()
    const opaque = await tokensFor([])
    expect(opaque.body.access_token).not.toContain('.')
    const named = await refresh(world, client, opaque.body.refresh_token, { resource: files })
    expect(audience(await refresh(world, client, named.body.refresh_token))).toBe(files)
  })

  test('a kept resource that the server no longer has is no audience', async () => {
    const { world, client, tokensFor } = await prepare()
    const first = await tokensFor([], { resource: api })
    const later = createQuickWorld({ validAudiences: [files, other], storage: world.storage })
    const { status, body } = await refresh(later, client, first.body.refresh_token)
    expect(status).toBe(200)
    expect(body.access_token).not.toContain('.')
  })

  test('with strict, a grant without resources gives opaque tokens, and a resource is invalid_target (C08)', async () => {
    const { world, client, approve } = await prepare({ bindResources: 'strict' })
    const authorized = await approve([])
    expectJsonError(await exchangeCode(world, client, authorized, { resource: api }), 400, 'invalid_target')
    const { body } = await exchangeCode(world, client, authorized)
    expect(body.access_token).not.toContain('.')
    expectJsonError(await refresh(world, client, body.refresh_token, { resource: api }), 400, 'invalid_target')
  })

  test('a refresh may narrow as well, which does not shrink the grant', async () => {
    const { world, client, tokensFor } = await prepare()
    const first = await tokensFor([api, files], { resource: api })
    const narrowed = await refresh(world, client, first.body.refresh_token, { resource: files })
    expect(audience(narrowed)).toBe(files)
    const all = await refresh(world, client, narrowed.body.refresh_token)
    expect(audience(all)).toEqual([api, files])
    const foreign = await refresh(world, client, all.body.refresh_token, { resource: other })
    expectJsonError(foreign, 400, 'invalid_target')
    expect((await refresh(world, client, all.body.refresh_token)).status).toBe(200)
  })

  test('a machine has no grant, so it names its resource at the token endpoint as before', async () => {
    const { world, client } = await prepare()
    const machine = { grant_type: 'client_credentials' }
    expect(audience(await postAs(world, client, '/oauth2/token', { ...machine, resource: other }))).toBe(other)
    expect((await postAs(world, client, '/oauth2/token', machine)).body.access_token).not.toContain('.')
  })

  test('of two configured audiences that differ by a slash alone, each is had by its own spelling', async () => {
    const { tokensFor } = await prepare({ validAudiences: [api, `${api}/`, files] })
    expect(audience(await tokensFor([`${api}/`]))).toBe(`${api}/`)
    expect(audience(await tokensFor([api]))).toBe(api)
    expect(audience(await tokensFor([`${api}/`, api, files], { resource: `${api}/` }))).toBe(`${api}/`)
  })

  test('a bound resource that the server no longer has is no audience', async () => {
    const { world, client, approve } = await prepare()
    const authorized = await approve([api, files])
    const later = createQuickWorld({ bindResources: true, validAudiences: [api], storage: world.storage })
    expect(audience(await exchangeCode(later, client, authorized))).toBe(api)
  })
})

describe('without bindResources (seed)', () => {
  test('the authorization endpoint ignores resource, and the token endpoint decides (seed B43, B44, B47, B69, B91)', async () => {
    const { world, client, browser, tokensFor, urlFor } = await prepare({ bindResources: false })
    const first = await tokensFor(['https://evil.test', `${api}/`], { resource: files })
    expect(audience(first)).toBe(files)
    const { url } = await browser.visit(urlFor([api], { prompt: 'consent' }))
    expect(await world.provider.resolveLoginContext(browser.pageRequest(url))).toMatchObject({ resources: [] })
    expect(audience(await refresh(world, client, first.body.refresh_token, { resource: api }))).toBe(api)
  })
})
