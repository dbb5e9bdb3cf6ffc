import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  exchangeCode,
  getTokens,
  refresh,
  registerConfidential,
} from '../support/client.ts'
import { expectErrorPage } from '../support/expectations.ts'
import { api, createQuickWorld, introspect } from '../support/tokens.ts'
import { alice, type WorldOptions } from '../support/world.ts'

/** A host whose users act for an organisation, or for themselves. */
async function prepare(more: WorldOptions = {}) {
  const host: { acting: string | undefined | null } = { acting: undefined }
  const world = createQuickWorld({ consentReferenceResolver: async () => host.acting, ...more })
  const client = await registerConfidential(world)
  const browser = world.browser()
  browser.signIn(alice)
  const pathAs = async (reference: string | undefined | null, scope = 'openid email') => {
    host.acting = reference
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { scope }))
    return new URL(url).pathname
  }
  const agreeAs = async (reference: string | undefined | null, scope = 'openid email') => {
    host.acting = reference
    return authorize(world, client, { scope }, { browser })
  }
  return { world, client, browser, host, pathAs, agreeAs }
}

describe('consentReferenceResolver', () => {
  test.each<[string | undefined, string | undefined]>([
    ['org-1', undefined],
    [undefined, 'org-1'],
    ['org-1', 'org-2'],
    ['org-1', 'ORG-1'],
    ['org-1', 'org-1 '],
  ])('a consent under %j does not answer for %j', async (given, asked) => {
    const { agreeAs, pathAs } = await prepare()
    await agreeAs(given)
    expect(await pathAs(given)).toBe('/callback')
    expect(await pathAs(asked)).toBe('/consent')
    expect(await pathAs(given)).toBe('/callback')
  })

  test('each reference has scopes of its own', async () => {
    const { agreeAs, pathAs } = await prepare()
    await agreeAs('org-1', 'openid email')
    await agreeAs('org-2', 'openid profile')
    expect(await pathAs('org-1', 'openid profile')).toBe('/consent')
    expect(await pathAs('org-2', 'openid email')).toBe('/consent')
    expect(await pathAs('org-2', 'openid profile')).toBe('/callback')
  })

  test('a null reference counts as none', async () => {
    const { agreeAs, pathAs } = await prepare()
    await agreeAs(null)
    expect(await pathAs(undefined)).toBe('/callback')
  })

  test('consentReferenceResolver is told who asks for what', async () => {
    const seen: unknown[] = []
    const { world, client, agreeAs } = await prepare({
      consentReferenceResolver: (facts) => {
        seen.push(facts)
        return undefined
      },
    })
    await agreeAs(undefined)
    expect(seen[0]).toEqual({
      client: expect.objectContaining({ id: client.client_id }),
      user: alice,
      session: { id: 'session-1', authTime: world.clock.now(), amr: ['pwd'] },
      scopes: ['openid', 'email'],
    })
  })

  test('the consent and the grant carry it, whether the user was asked or not', async () => {
    const { world, agreeAs, pathAs } = await prepare()
    await agreeAs('org-1')
    await pathAs('org-1')
    const consents = await world.storage.consents.list({ userId: alice.id })
    expect(consents.map(({ referenceId }) => referenceId)).toEqual(['org-1'])
    const grants = await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })
    expect(grants.map(({ referenceId }) => referenceId)).toEqual(['org-1', 'org-1'])
  })

  test('without a reference neither the consent nor the grant has one', async () => {
    const { world, agreeAs } = await prepare()
    await agreeAs(undefined)
    const [grant] = await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })
    expect(grant).not.toHaveProperty('referenceId')
    const [consent] = await world.storage.consents.list({ userId: alice.id })
    expect(consent).not.toHaveProperty('referenceId')
  })

  test('prompt=none under another reference is consent_required', async () => {
    const { world, client, browser, host, agreeAs } = await prepare()
    await agreeAs('org-1')
    host.acting = 'org-2'
    const response = await browser.request(
      authorizeUrl(world, client, createPkce(), { scope: 'openid email', prompt: 'none' }),
    )
    expect(response.headers.get('location')).toContain('error=consent_required')
  })

  test('a denial under one leaves the other’s consent', async () => {
    const { world, client, browser, agreeAs, pathAs, host } = await prepare()
    await agreeAs('org-1')
    host.acting = 'org-2'
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { scope: 'openid email' }))
    expect((await browser.consent(url, false)).headers.get('location')).toContain('access_denied')
    await expectErrorPage(await browser.consent(url, true), 400, 'invalid_request')
    expect(await pathAs('org-1')).toBe('/callback')
  })
})

describe('the hooks see the reference of the grant, not of the moment', () => {
  const hooked: WorldOptions = { customAccessTokenClaims: ({ referenceId }) => ({ org: referenceId ?? 'none' }) }
  const scope = 'openid email offline_access'

  test.each(['org-1', undefined])(
    'the reference %j of the grant is in a JWT and in the introspection of an opaque token',
    async (reference) => {
      const { world, client, host, agreeAs } = await prepare(hooked)
      const authorized = await agreeAs(reference, scope)
      host.acting = 'org-9'
      const { body } = await exchangeCode(world, client, authorized)
      const shown = await introspect(world, client, body.access_token)
      expect(shown.body).toMatchObject({ active: true, org: reference ?? 'none' })
      const { body: jwt } = await refresh(world, client, body.refresh_token, { resource: api })
      expect((await introspect(world, client, jwt.access_token)).body).toMatchObject({ org: reference ?? 'none' })
    },
  )

  test('verifyAccessToken gives it to the server side', async () => {
    const { world, client, host } = await prepare()
    host.acting = 'org-1'
    for (const resource of [undefined, api]) {
      const { access_token } = await getTokens(world, client, { scope: 'openid' }, { resource })
      expect(await world.provider.verifyAccessToken(access_token)).toMatchObject({ referenceId: 'org-1' })
    }
  })
})
