import { type ClientInput, OAuthError, type RegisteredClient } from '@oauth/core'
import type { ClientSource, Feature } from '@oauth/core/feature'
import { memoryStorage } from '@oauth/core/memory'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  exchangeCode,
  getTokens,
  postAs,
  redirectUri,
  refresh,
  registerConfidential,
  userinfo,
} from '../support/client.ts'
import { ask, expectErrorPage, expectJsonError } from '../support/expectations.ts'
import { wrapStorage } from '../support/storage.ts'
import { createQuickWorld, introspect } from '../support/tokens.ts'
import { alice, createWorld, type World, type WorldOptions } from '../support/world.ts'
import { addressClients } from './address-clients.ts'

const address = 'https://app.example.com/client.json'
const denied = 'https://denied.example.com/client.json'
const document: ClientInput = {
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  scope: 'openid email offline_access',
  client_name: 'An app at an address',
}
/** A client in the form of a registered client, so that the helpers accept it. */
const client = { client_id: address, token_endpoint_auth_method: 'none' } as RegisteredClient
const scope = 'openid email offline_access'

let documents: Map<string, ClientInput>
let world: World
beforeEach(() => {
  documents = new Map([
    [address, document],
    [denied, document],
  ])
  world = addressWorld()
})

/** A storage that fails the test when the server writes a client. */
function addressWorld(options: WorldOptions = {}): World {
  const storage = wrapStorage(memoryStorage(), (name, args, run) => {
    if (/^clients\.(?:insert|replace|markUsed)$/.test(name) && JSON.stringify(args).includes('client.json')) {
      throw new Error(`${name} of a client that has a source`)
    }
    return run()
  })
  return createQuickWorld({
    storage,
    allowDynamicClientRegistration: true,
    features: [addressClients({ documents, deny: ['denied.example.com'] })],
    ...options,
  })
}

describe('a client whose id is the address of its metadata', () => {
  test('a client whose id is the address of its metadata goes through the whole code flow without a registration: consent, tokens, userinfo, refresh, revocation', async () => {
    const { code, pkce, parameters, browser } = await authorize(world, client, { scope })
    expect(parameters.get('iss')).toBe(world.issuer)
    const answer = await exchangeCode(world, client, { code, pkce, parameters, browser })
    expect([answer.status, answer.body.scope]).toEqual([200, scope])
    expect((await userinfo(world, answer.body.access_token)).body).toMatchObject({ sub: alice.id, email: alice.email })
    const refreshed = await refresh(world, client, answer.body.refresh_token)
    expect(refreshed.status).toBe(200)
    await postAs(world, client, '/oauth2/revoke', { token: refreshed.body.refresh_token })
    expect(await world.provider.verifyAccessToken(refreshed.body.access_token)).toBeUndefined()
    expect(await world.storage.clients.list({ limit: 10 })).toEqual([])
  })

  test('a client whose id is the address of its metadata is shown to the user as one that nobody has verified, and its consent is remembered', async () => {
    const browser = world.browser()
    browser.signIn(alice)
    const page = await browser.visit(authorizeUrl(world, client, createPkce(), { scope }))
    const context = await world.provider.resolveLoginContext(browser.pageRequest(page.url))
    expect(context).toMatchObject({
      clientId: address,
      clientName: 'An app at an address',
      selfRegistered: true,
      redirectHost: 'app.example.com',
    })
    await browser.consent(page.url, true)
    const again = await browser.visit(authorizeUrl(world, client, createPkce(), { scope }))
    expect(new URL(again.url).searchParams.get('code')).toMatch(/^c/)
  })

  test('a client whose id is the address of its metadata is among the connected apps, and the user can end its access', async () => {
    const { access_token } = await getTokens(world, client, { scope })
    const [app] = await world.provider.listGrants(alice.id)
    expect(app).toMatchObject({ clientId: address, clientName: 'An app at an address' })
    await world.provider.revokeGrant(app?.id ?? '')
    expect(await world.provider.verifyAccessToken(access_token)).toBeUndefined()
  })

  test('a client whose id is the address of its metadata is introspected by the resource server that its token is for', async () => {
    const resource = 'urn:example:api'
    world = addressWorld({ validAudiences: [resource] })
    const { access_token } = await getTokens(world, client, { scope }, { resource })
    const resourceServer = await registerConfidential(world, { client_id: resource })
    const { body } = await introspect(world, resourceServer, access_token)
    expect(body).toMatchObject({ active: true, client_id: address, sub: alice.id })
  })

  test('that authenticates with nothing cannot introspect, nor get tokens without a user', async () => {
    expectJsonError(await introspect(world, client, 'x'), 401, 'invalid_client')
    const form = { grant_type: 'client_credentials', scope: 'notes:read' }
    expectJsonError(await postAs(world, client, '/oauth2/token', form), 400, 'unauthorized_client')
  })

  test('a client whose id is the address of its metadata is answered by getClient, and changes as soon as its document does', async () => {
    expect(await world.provider.getClient(address)).toMatchObject({ id: address, registeredBy: 'document' })
    documents.set(address, { ...document, redirect_uris: ['https://elsewhere.example.com/callback'] })
    await expectErrorPage(await ask(world, client), 400, 'invalid_request')
  })

  test('a client whose id is the address of its metadata is unknown once its document is gone, and so are its tokens', async () => {
    const { access_token, refresh_token } = await getTokens(world, client, { scope })
    documents.delete(address)
    expect(await world.provider.verifyAccessToken(access_token)).toBeUndefined()
    expectJsonError(await refresh(world, client, refresh_token), 401, 'invalid_client')
    await expectErrorPage(await ask(world, client), 400, 'invalid_client')
    // The user still sees the grant and can end it.
    const [app] = await world.provider.listGrants(alice.id)
    expect(app).toMatchObject({ clientId: address, clientName: address })
  })

  test('a client at a denied host is unknown', async () => {
    await expectErrorPage(await ask(world, { client_id: denied }), 400, 'invalid_client')
    expect(await world.provider.getClient(denied)).toBeUndefined()
  })

  test('a client whose id is the address of its metadata is served only from allowed hosts, when the option allow is set', async () => {
    world = addressWorld({ features: [addressClients({ documents, allow: ['other.example.com'] })] })
    await expectErrorPage(await ask(world, client), 400, 'invalid_client')
  })

  test('a client whose id is the address of its metadata cannot be registered, and cannot be changed', async () => {
    await expect(registerConfidential(world, { client_id: address })).rejects.toThrow(
      'client_id belongs to a source of clients: it cannot be registered',
    )
    await expect(world.provider.updateClient(address, { client_name: 'Mine' })).rejects.toThrow(
      'the client belongs to a source of clients: it cannot be changed',
    )
    await expect(world.provider.rotateClientSecret(address)).rejects.toThrow(OAuthError)
  })

  test('a client whose id is the address of its metadata cannot get an id from the generator of the host', async () => {
    const ids = [address, 'a-free-id']
    world = addressWorld({ generateClientId: () => ids.shift() ?? 'none' })
    expect((await registerConfidential(world)).client_id).toBe('a-free-id')
  })

  test('a client whose id is the address of its metadata is not another client that was registered under its id before there was a source', async () => {
    const storage = memoryStorage()
    world = createQuickWorld({ storage })
    const stored = await registerConfidential(world, { client_id: address, scope })
    world = createQuickWorld({ storage, features: [addressClients({ documents })] })
    expectJsonError(await postAs(world, stored, '/oauth2/introspect', { token: 'x' }), 401, 'invalid_client')
  })

  test('a client whose id is the address of its metadata ends as a whole by deleteClient: grants and consents', async () => {
    const { access_token } = await getTokens(world, client, { scope })
    await world.provider.deleteClient(address)
    expect(await world.provider.verifyAccessToken(access_token)).toBeUndefined()
    expect(await world.provider.listConsents(alice.id)).toEqual([])
  })
})

describe('a document', () => {
  test.each<[string, ClientInput, string]>([
    ['without redirect URIs', { redirect_uris: [] }, 'Redirect URIs are required for authorization_code clients'],
    ['with a script for a redirect URI', { redirect_uris: ['javascript:alert(1)'] }, 'Redirect URI'],
    ['with a secret', { token_endpoint_auth_method: 'client_secret_basic' }, 'requires authenticated registration'],
    [
      'with a grant type without a user',
      { grant_types: ['client_credentials'] },
      'is for clients that the operator registers',
    ],
    ['with a scope that nobody may register', { scope: 'openid admin' }, 'cannot request scope admin'],
    ['of another shape', { client_name: 5 as never }, 'client_name'],
  ])('%s is no client, and its developer reads why', async (_, changes, text) => {
    documents.set(address, { ...document, ...changes })
    const html = await expectErrorPage(await ask(world, client), 400, 'invalid_client')
    expect(html).toMatch(new RegExp(text, 'i'))
  })

  test('gets nothing that only the server side may set', async () => {
    documents.set(address, { ...document, skip_consent: true, require_pkce: false, enable_end_session: true })
    const { metadata } = (await world.provider.getClient(address)) ?? {}
    expect([metadata?.skip_consent, metadata?.require_pkce, metadata?.enable_end_session]).toEqual([
      undefined,
      true,
      undefined,
    ])
  })
})

describe('a source of clients that fails', () => {
  let load: ClientSource['load']
  const failing: Feature = {
    name: 'failing',
    start: () => ({ clientSources: [{ owns: (id) => id.startsWith('https://'), load: (core, id) => load(core, id) }] }),
  }
  const plain = async () => {
    const stored = await registerConfidential(world, { client_name: 'A stored app' })
    await getTokens(world, stored, { scope })
    return stored
  }
  const loadWell = async (): Promise<void> => {
    const good = (await addressWorld().provider.getClient(address)) ?? undefined
    load = () => good
  }
  beforeEach(async () => {
    await loadWell()
    world = createWorld({ idTokenSigningAlgorithm: 'ES256', features: [failing] })
  })
  const causes = () => world.events.flatMap((event) => (event.type === 'request.failed' ? [event.cause] : []))

  test.each<[string, () => never | Promise<never>]>([
    [
      'throws',
      () => {
        throw new Error('the network is down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('the network is down'))],
  ])('a source of clients that %s causes a 500, and the response does not contain the cause', async (_, broken) => {
    load = broken
    const page = await ask(world, client)
    expect([page.status, (await page.text()).includes('network')]).toEqual([500, false])
    const form = { grant_type: 'refresh_token', refresh_token: 'x' }
    expectJsonError(await postAs(world, client, '/oauth2/token', form), 500, 'server_error')
    expect(causes()).toEqual([new Error('the network is down'), new Error('the network is down')])
  })

  test('a source of clients may throw an OAuthError, which the client reads', async () => {
    load = () => {
      throw new OAuthError('invalid_client', 'there is no JSON at this address', { status: 400 })
    }
    expect(await expectErrorPage(await ask(world, client), 400, 'invalid_client')).toContain('no JSON')
  })

  test('a source of clients never serves a client with another id than the one that was asked for', async () => {
    const stored = await plain()
    const victim = await world.provider.getClient(stored.client_id)
    load = () => victim
    expect((await ask(world, client)).status).toBe(500)
    expect(causes()).toEqual([
      new TypeError('a source of clients must answer with the client that it was asked for, or undefined'),
    ])
  })

  test('breaks no list of connected apps: the client is there by its id', async () => {
    await plain()
    await getTokens(world, client, { scope })
    load = () => Promise.reject(new Error('the network is down'))
    const apps = await world.provider.listGrants(alice.id)
    expect(apps.map(({ clientName }) => clientName).toSorted()).toEqual(['A stored app', address])
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'client_source.failed', clientId: address }))
  })

  test('the tokens of a client are refused with 500 while its source fails, and accepted afterwards', async () => {
    const { access_token } = await getTokens(world, client, { scope })
    load = () => Promise.reject(new Error('the network is down'))
    expect((await userinfo(world, access_token)).status).toBe(500)
    await loadWell()
    expect((await userinfo(world, access_token)).status).toBe(200)
  })

  test('a client that its source returns as disabled is refused', async () => {
    const known = await world.provider.getClient(address)
    load = () => known && { ...known, disabled: true }
    await expectErrorPage(await ask(world, client), 400, 'invalid_client')
  })
})

test('a second provider with the same feature has the same clients and another storage', async () => {
  const features = [addressClients({ documents })]
  const [one, two] = [createQuickWorld({ features }), createQuickWorld({ features })]
  const { access_token } = await getTokens(one, client, { scope })
  expect(await two.provider.verifyAccessToken(access_token)).toBeUndefined()
  expect(await two.provider.getClient(address)).toBeDefined()
})
