import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { authorizeUrl, createPkce, exchangeCode, postAs, refresh, registerConfidential } from '../support/client.ts'
import { expectErrorRedirect } from '../support/expectations.ts'
import { api, createQuickWorld, introspect } from '../support/tokens.ts'
import { alice, issuer, type World } from '../support/world.ts'
import { accounts } from './accounts.ts'

const redirectUri = 'https://app.example.com/callback'

async function atConsent(
  parameters: Record<string, string>,
  world = createQuickWorld({ features: [accounts()], validAudiences: [api] }),
) {
  const client = await registerConfidential(world)
  const browser = world.browser()
  const pkce = createPkce()
  const { url } = await browser.visit(authorizeUrl(world, client, pkce, parameters), { user: alice })
  return { world, client, browser, pkce, url }
}

function answer(browser: Browser, url: string, said: Record<string, string> = {}): Promise<Response> {
  return browser.request(`${issuer}/oauth2/consent`, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ state: new URL(url).searchParams.get('state') ?? '', accept: 'true', ...said }),
  })
}

async function tokensFor({ world, client, pkce }: Awaited<ReturnType<typeof atConsent>>, response: Response) {
  const location = new URL(response.headers.get('location') as string)
  const code = location.searchParams.get('code') as string
  return exchangeCode(world, client, { code, pkce } as never, { resource: api })
}

test('a parameter of a feature is shown as the feature describes it, narrowed by the answer, and told by the tokens', async () => {
  const began = await atConsent({ accounts: 'savings daily' })
  const { world, client, browser, url } = began
  const context = await world.provider.resolveLoginContext(browser.pageRequest(url))
  expect(context.parameters).toEqual({ accounts: ['the account savings', 'the account daily'] })
  const { body } = await tokensFor(began, await answer(browser, url, { accounts: 'daily' }))
  expect(body.accounts).toEqual(['daily'])
  expect(decodeJwt(body.access_token as string).accounts).toEqual(['daily'])
  expect((await introspect(world, client, body.access_token as string)).body.accounts).toEqual(['daily'])
  const again = await refresh(world, client, body.refresh_token as string)
  expect(again.body.accounts).toEqual(['daily'])
  const opaque = again.body.access_token as string
  expect((await introspect(world, client, opaque)).body.accounts).toEqual(['daily'])
})

test('an answer that goes beyond the parameter is refused, and the page still works', async () => {
  const began = await atConsent({ accounts: 'savings' })
  const refused = await answer(began.browser, began.url, { accounts: 'savings daily' })
  expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('did not ask for')])
  const { body } = await tokensFor(began, await answer(began.browser, began.url))
  expect(body.accounts).toEqual(['savings'])
})

test('a parameter that the feature refuses is an error for the client', async () => {
  const { world, browser, url } = await atConsent({ accounts: 'Savings!' })
  expect(new URL(url).searchParams.get('error')).toBe('invalid_request')
  const client = await registerConfidential(world)
  const response = await browser.request(authorizeUrl(world, client, createPkce(), { accounts: 'a,b' }))
  expectErrorRedirect(world, response, redirectUri, 'invalid_request')
})

test('a remembered consent covers a parameter only as far as the feature says', async () => {
  const began = await atConsent({ accounts: 'savings' })
  const { world, client, browser } = began
  await tokensFor(began, await answer(browser, began.url))
  const goes = async (names: string): Promise<string> => {
    const url = authorizeUrl(world, client, createPkce(), { accounts: names })
    return new URL((await browser.visit(url)).url).pathname
  }
  expect(await goes('savings')).toBe('/consent')
  const [consent] = await world.provider.listConsents(alice.id)
  await featureOf(world).remember(consent?.id ?? '', ['savings'])
  expect([await goes('savings'), await goes('savings daily')]).toEqual(['/callback', '/consent'])
})

test('a consent that was remembered without the feature asks again in a process with it', async () => {
  const first = await atConsent({ scope: 'openid' }, createQuickWorld())
  await answer(first.browser, first.url)
  const world = createQuickWorld({ storage: first.world.storage, features: [accounts()] })
  const browser = world.browser()
  browser.signIn(alice)
  const asked = authorizeUrl(world, first.client, createPkce(), { scope: 'openid', accounts: 'savings' })
  expect(new URL((await browser.visit(asked)).url).pathname).toBe('/consent')
  const plain = authorizeUrl(world, first.client, createPkce(), { scope: 'openid' })
  expect(new URL((await browser.visit(plain)).url).pathname).toBe('/callback')
})

test('a machine token has no accounts, and no hook can give it some', async () => {
  const world = createQuickWorld({
    features: [accounts()],
    customAccessTokenClaims: () => ({ accounts: ['all'] }),
    customTokenResponseFields: () => ({ accounts: ['all'] }),
    validAudiences: [api],
  })
  const client = await registerConfidential(world)
  const { status, body } = await postAs(world, client, '/oauth2/token', {
    grant_type: 'client_credentials',
    resource: api,
  })
  expect([status, body.accounts]).toEqual([200, undefined])
  expect(decodeJwt(body.access_token as string)).not.toHaveProperty('accounts')
})

function featureOf(world: World) {
  return (
    world.provider.features as { readonly accounts: { remember(id: string, names: readonly string[]): Promise<void> } }
  ).accounts
}
