import type { ClientInput } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  type Parameters,
  redirectUri,
  registerConfidential,
} from '../support/client.ts'
import { ask, editClient, expectErrorRedirect } from '../support/expectations.ts'
import { api, createQuickWorld } from '../support/tokens.ts'
import { alice, bob, type World, type WorldOptions } from '../support/world.ts'

const before = 'openid notes:read offline_access'
const always = { includeGrantedScopes: 'always' } as const

/** A world in which Alice has granted `before` to a client. */
async function start(options: WorldOptions = always, input: ClientInput = {}, first: Parameters = {}) {
  const world = createQuickWorld(options)
  const client = await registerConfidential(world, input)
  const { browser } = await authorize(world, client, { scope: before, ...first })
  return { world, client, browser }
}

type Setting = Awaited<ReturnType<typeof start>>

/** Asks for `notes:write` and returns what the consent page is told. */
async function told({ world, client, browser }: Setting, parameters: Parameters = {}, user = alice) {
  const url = authorizeUrl(world, client, createPkce(), { scope: 'notes:write', ...parameters })
  const page = await browser.visit(url, { user })
  expect(new URL(page.url).pathname).toBe('/consent')
  const { scopes, grantedScopes, newScopes } = await world.provider.resolveLoginContext(browser.pageRequest(page.url))
  return { url: page.url, scopes, grantedScopes, newScopes }
}

const nothingMore = { scopes: ['notes:write'], grantedScopes: [], newScopes: ['notes:write'] }

async function liveScopes(world: World, userId = alice.id): Promise<readonly string[]> {
  const grants = await world.storage.grants.list({ userId, now: world.clock.now() })
  return grants.map(({ scope }) => scope.join(' '))
}

describe('what a user granted before is not taken for more than it is (S11)', () => {
  test('it is of this user: another user in the same browser is neither told of it nor given it (S11)', async () => {
    const { world, client, browser } = await start()
    browser.signIn(bob)
    expect(await told({ world, client, browser }, {}, bob)).toMatchObject(nothingMore)
  })

  test('a user who changes between the pages of one request takes nothing of the first one along (S11)', async () => {
    const setting = await start()
    const { world, browser } = setting
    const { url } = await told(setting)
    browser.signIn(bob)
    const { returnTo } = await world.provider.resolveLoginContext(browser.pageRequest(url))
    // The answer of another user than the one who saw the page is refused.
    expect((await browser.consent(url, true)).headers.get('location') ?? '').not.toContain('code=')
    const next = await browser.visit(returnTo.replace('/consent?', '/continue?'))
    expect(new URL(next.url).pathname).toBe('/consent')
    expect(new URL(next.url).searchParams.get('scope')).toBe('notes:write')
    expect(await world.provider.resolveLoginContext(browser.pageRequest(next.url))).toMatchObject(nothingMore)
    await browser.consent(next.url, true)
    expect(await liveScopes(world, bob.id)).toEqual(['notes:write'])
    expect(await world.storage.consents.list({ userId: bob.id })).toMatchObject([{ scope: ['notes:write'] }])
  })

  test('it is of this client (S11)', async () => {
    const { world, browser } = await start()
    const other = await registerConfidential(world)
    expect(await told({ world, client: other, browser })).toMatchObject(nothingMore)
  })

  test('it does not count for another host of a redirect URI (S11)', async () => {
    const elsewhere = 'https://other.example.com/callback'
    const setting = await start(always, { redirect_uris: [redirectUri, elsewhere] })
    expect(await told(setting, { redirect_uri: elsewhere })).toMatchObject(nothingMore)
  })

  test('it does not count for a resource that the user has not agreed to (S11)', async () => {
    const setting = await start({ ...always, bindResources: true }, {}, { resource: api })
    expect(await told(setting, { resource: 'https://files.example.com/v1' })).toMatchObject(nothingMore)
    expect((await told(setting, { resource: api })).grantedScopes).toEqual(['notes:read', 'offline_access'])
  })

  test('it does not count under another reference (S11)', async () => {
    const acting = { reference: 'org-1' }
    const setting = await start({ ...always, consentReferenceResolver: () => acting.reference })
    acting.reference = 'org-2'
    expect(await told(setting)).toMatchObject(nothingMore)
  })

  test('it is not added where the host would have the user consent to it under another reference (S11)', async () => {
    const setting = await start({
      ...always,
      consentReferenceResolver: ({ scopes }) => (scopes.length > 1 && !scopes.includes('openid') ? 'org-1' : undefined),
    })
    expect(await told(setting)).toMatchObject(nothingMore)
  })

  test('a user who switches the reference on the page is asked under the new one, with what was granted there (S11)', async () => {
    const acting = { reference: 'org-1' }
    const setting = await start({ ...always, consentReferenceResolver: () => acting.reference })
    const { world, browser } = setting
    const { url, grantedScopes } = await told(setting)
    expect(grantedScopes).toEqual(['notes:read', 'offline_access'])
    acting.reference = 'org-2'
    const again = (await browser.consent(url, true)).headers.get('location') as string
    expect(await world.provider.resolveLoginContext(browser.pageRequest(again))).toMatchObject(nothingMore)
    expect((await browser.consent(again, true)).headers.get('location')).toContain('code=')
    const under = await world.storage.consents.list({ userId: alice.id, referenceId: 'org-2' })
    expect(under).toMatchObject([{ scope: ['notes:write'] }])
  })

  test('a scope that the client has lost is not added, not even when it is lost while the page is shown (S11)', async () => {
    const setting = await start()
    const { world, client, browser } = setting
    const lose = () =>
      editClient(world, client.client_id, ({ metadata }) => ({ metadata: { ...metadata, scope: 'notes:write' } }))
    const { url, scopes } = await told(setting)
    expect(scopes).toContain('notes:read')
    await lose()
    expect(await world.provider.resolveLoginContext(browser.pageRequest(url))).toMatchObject(nothingMore)
    expect((await browser.consent(url, true)).headers.get('location')).toContain('code=')
    expect((await world.storage.consents.list({ userId: alice.id }))[0]?.scope).toContain('notes:write')
    expect(await told(setting, { prompt: 'consent' })).toMatchObject({ scopes: ['notes:write'] })
  })

  test.each(['deleteConsent', 'updateConsent', 'revokeUserGrants'] as const)(
    'nothing of it is granted after %s, not even to a page that is open (S11)',
    async (verb) => {
      const setting = await start()
      const { world, browser } = setting
      const { url } = await told(setting)
      const [consent] = await world.storage.consents.list({ userId: alice.id })
      const id = consent?.id as string
      if (verb === 'deleteConsent') await world.provider.deleteConsent(id)
      if (verb === 'updateConsent') await world.provider.updateConsent(id, { scopes: ['openid'] })
      if (verb === 'revokeUserGrants') await world.provider.revokeUserGrants(alice.id)
      expectErrorRedirect(world, await browser.consent(url, true), redirectUri, 'access_denied')
      expect(await liveScopes(world)).toEqual([])
      if (verb === 'revokeUserGrants') return
      expect(await told(setting)).toMatchObject(nothingMore)
    },
  )

  test('the page cannot accept what was neither asked for nor granted (S11)', async () => {
    const setting = await start()
    const { world, browser } = setting
    const { url } = await told(setting)
    const state = new URL(url).searchParams.get('state') as string
    const response = await browser.request(`${world.issuer}/oauth2/consent`, {
      method: 'POST',
      headers: { origin: new URL(world.issuer).origin, 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({ state, accept: 'true', scope: 'notes:write email' }),
    })
    expect(response.headers.get('location') ?? '').not.toContain('code=')
    expect(await world.storage.consents.list({ userId: alice.id })).toMatchObject([{ scope: before.split(' ') }])
  })

  test('offline_access is not added to a request without PKCE, which could not ask for it (S11)', async () => {
    const { world, client, browser } = await start(always, { require_pkce: false })
    const page = await browser.visit(authorizeUrl(world, client, undefined, { scope: 'notes:write' }))
    const context = await world.provider.resolveLoginContext(browser.pageRequest(page.url))
    expect(context.scopes).toEqual(['notes:write', 'notes:read'])
  })

  test('the host decides about the added scopes, too: postLoginResolver sees them (S11)', async () => {
    const seen: string[] = []
    const { world, client, browser } = await start({
      ...always,
      postLoginUrl: '/post-login',
      postLoginResolver: ({ scopes }) => {
        seen.push(scopes.join(' '))
        return false
      },
    })
    seen.length = 0
    await ask(world, client, { scope: 'notes:read' }, { browser })
    expect(seen).toEqual(['notes:read offline_access'])
  })

  test('a parameter include_granted_scopes that comes twice is refused (S11)', async () => {
    const { world, client, browser } = await start({ includeGrantedScopes: 'onRequest' })
    const url = authorizeUrl(world, client, createPkce(), { scope: 'notes:write', include_granted_scopes: 'true' })
    const response = await browser.request(`${url}&include_granted_scopes=true`)
    expectErrorRedirect(world, response, redirectUri, 'invalid_request')
  })
})
