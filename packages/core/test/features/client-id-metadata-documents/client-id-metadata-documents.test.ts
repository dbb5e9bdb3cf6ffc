import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  exchangeCode,
  getTokens,
  isActive,
  postAs,
  redirectUri,
  refresh,
  registerConfidential,
  userinfo,
} from '../../support/client.ts'
import {
  clientDocument,
  documentClient,
  documentUrl,
  startDocuments,
  startWithDocument,
} from '../../support/client-documents.ts'
import { emptyStorage } from '../../support/empty-storage.ts'
import { ask, expectErrorPage, expectJsonError } from '../../support/expectations.ts'
import { rpcOf } from '../../support/rpc.ts'
import { wrapStorage } from '../../support/storage.ts'
import { createQuickWorld, introspect, registerResourceServer } from '../../support/tokens.ts'
import { alice, bob } from '../../support/world.ts'

const client = documentClient()
const scope = 'openid email offline_access'

async function metadata(world: {
  readonly issuer: string
  readonly provider: { fetch(r: Request): Promise<Response> }
}) {
  const path = '/.well-known/openid-configuration'
  return (await world.provider.fetch(new Request(world.issuer + path))).json()
}

describe('a client whose id is the URL of its document', () => {
  test('a client document goes through the code flow, userinfo, refresh, introspection and revocation without a registration (K22)', async () => {
    const { world, fetches } = await startWithDocument()
    const { code, pkce, parameters, browser } = await authorize(world, client, { scope })
    const answer = await exchangeCode(world, client, { code, pkce, parameters, browser })
    expect([answer.status, answer.body.scope]).toEqual([200, scope])
    expect((await userinfo(world, answer.body.access_token)).body).toMatchObject({ sub: alice.id, email: alice.email })
    const api = await registerResourceServer(world)
    const forApi = await getTokens(world, client, { scope, resource: api.client_id }, { resource: api.client_id })
    const { body } = await introspect(world, api, forApi.access_token)
    expect(body).toMatchObject({ active: true, client_id: documentUrl, sub: alice.id })
    const refreshed = await refresh(world, client, answer.body.refresh_token)
    expect(refreshed.status).toBe(200)
    await postAs(world, client, '/oauth2/revoke', { token: refreshed.body.refresh_token })
    expect(await isActive(world, refreshed.body.access_token)).toBe(false)
    expect(fetches()).toBe(1)
  })

  test('nothing is written to the table of clients for a client document, whatever it does (K20)', async () => {
    const storage = wrapStorage(emptyStorage(), (name, args, run) => {
      if (/^clients\.(?:insert|replace|markUsed)$/.test(name)) throw new Error(`${name} ${JSON.stringify(args)}`)
      return run()
    })
    const { world } = await startWithDocument({ storage })
    await getTokens(world, client, { scope })
    expect(await storage.clients.list({ limit: 10 })).toEqual([])
  })

  test('a mere authorization request of a client document writes nothing but the interaction of its user (K20)', async () => {
    const written: string[] = []
    const storage = wrapStorage(emptyStorage(), (name, _args, run) => {
      if (!/\.(?:find\w*|list)$/.test(name)) written.push(name)
      return run()
    })
    const { world } = await startWithDocument({ storage })
    await world.provider.getClient(documentUrl)
    expect(written).toEqual([])
    expect((await ask(world, client)).status).toBe(302)
    expect(written).toEqual(['records.insert'])
  })

  test('discovery advertises client_id_metadata_document_supported, and none among the authentication methods (K17, K24)', async () => {
    const { world } = await startWithDocument()
    const found = await metadata(world)
    expect(found.client_id_metadata_document_supported).toBe(true)
    expect(found.token_endpoint_auth_methods_supported).toContain('none')
    expect(await metadata(createQuickWorld())).not.toHaveProperty('client_id_metadata_document_supported')
  })

  test('a redirect URI is matched exactly, and a loopback URI of a client document may have any port (K16)', async () => {
    const uris = ['http://127.0.0.1/callback', 'http://localhost/callback']
    const { world } = await startWithDocument({}, { redirect_uris: uris })
    for (const redirect_uri of ['http://127.0.0.1:4711/callback', 'http://localhost:4711/callback']) {
      const { url } = await world.browser().visit(authorizeUrl(world, client, createPkce(), { redirect_uri }), {
        user: alice,
        accept: true,
      })
      expect(url).toContain(`${redirect_uri}?`)
      expect(url).toContain('code=')
    }
    for (const redirect_uri of ['http://127.0.0.1:4711/callback/', 'http://127.0.0.2/callback', redirectUri]) {
      await expectErrorPage(await ask(world, client, { redirect_uri }), 400, 'invalid_request')
    }
  })

  test('two users of one client document have grants of their own: revoking those of one leaves those of the other (K23)', async () => {
    const { world } = await startWithDocument()
    const tokensOf = async (user: typeof alice) => {
      const authorized = await authorize(world, client, { scope }, { user })
      return (await exchangeCode(world, client, authorized)).body
    }
    const [ofAlice, ofBob] = [await tokensOf(alice), await tokensOf(bob)]
    await world.provider.revokeUserGrants(alice.id, { clientId: documentUrl })
    expect([await isActive(world, ofAlice.access_token), await isActive(world, ofBob.access_token)]).toEqual([
      false,
      true,
    ])
    expectJsonError(await refresh(world, client, ofAlice.refresh_token), 400, 'invalid_grant')
    await postAs(world, client, '/oauth2/revoke', { token: ofAlice.refresh_token })
    expect((await refresh(world, client, ofBob.refresh_token)).status).toBe(200)
  })

  test('a client document is listed among the connected apps by its name, and by its id once it is gone', async () => {
    const { world, fail } = await startWithDocument({ documents: { maxStaleSeconds: 0 } })
    await getTokens(world, client, { scope })
    expect(await world.provider.listGrants(alice.id)).toMatchObject([{ clientId: documentUrl, clientName: 'An agent' }])
    fail(documentUrl, 404)
    world.clock.advance(3600)
    expect(await world.provider.listGrants(alice.id)).toMatchObject([{ clientName: documentUrl }])
  })
})

describe('the consent page of a client document', () => {
  async function pageOf(changes: object, parameters = {}) {
    const { world } = await startWithDocument({}, changes)
    const browser = world.browser()
    browser.signIn(alice)
    const page = await browser.visit(authorizeUrl(world, client, createPkce(), parameters))
    return world.provider.resolveLoginContext(browser.pageRequest(page.url))
  }

  test('the page learns the host of the client id, the redirect host, and that nobody has verified the client (K18)', async () => {
    const redirect_uri = 'https://elsewhere.example/callback'
    const context = await pageOf({ redirect_uris: [redirect_uri] }, { redirect_uri })
    expect(context).toMatchObject({
      clientId: documentUrl,
      clientIdHost: 'app.example.com',
      clientName: 'An agent',
      redirectHost: 'elsewhere.example',
      selfRegistered: true,
      loopbackRedirect: false,
    })
  })

  test('the page is told to warn when the code goes to a program on the machine of the user (K18)', async () => {
    for (const host of ['http://127.0.0.1', 'http://localhost', 'http://[::1]']) {
      const redirect_uri = `${host}:7777/callback`
      const context = await pageOf({ redirect_uris: [redirect_uri] }, { redirect_uri })
      expect([context.loopbackRedirect, context.redirectHost]).toEqual([true, new URL(redirect_uri).host])
    }
  })

  test('a registered client has no clientIdHost, and a confidential one on loopback no warning', async () => {
    const { world } = await startDocuments()
    const redirect_uri = 'http://127.0.0.1:7777/callback'
    const stored = await registerConfidential(world, { redirect_uris: [redirect_uri] })
    const browser = world.browser()
    browser.signIn(alice)
    const page = await browser.visit(authorizeUrl(world, stored, createPkce(), { redirect_uri }))
    const context = await world.provider.resolveLoginContext(browser.pageRequest(page.url))
    expect([context.clientIdHost, context.loopbackRedirect, context.selfRegistered]).toEqual([undefined, false, false])
  })

  test('the page gets the links of the document, and no logo of a foreign server (K08)', async () => {
    const context = await pageOf({
      client_uri: 'https://app.example.com/',
      logo_uri: 'https://app.example.com/logo.png',
      tos_uri: 'http://app.example.com/tos',
      policy_uri: '',
    })
    expect([context.clientUri, context.logoUri, context.tosUri, context.policyUri]).toEqual([
      'https://app.example.com/',
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('what a server takes from a document', () => {
  test.each<[string, object, object]>([
    ['unknown members are ignored', { x_vendor: { a: 1 }, software_id: 'agent' }, { software_id: 'agent' }],
    [
      'without a method the client is public',
      { token_endpoint_auth_method: undefined },
      { token_endpoint_auth_method: 'none' },
    ],
    [
      'foreign grant types are left out',
      {
        grant_types: [
          'urn:ietf:params:oauth:grant-type:jwt-bearer',
          'refresh_token',
          'client_credentials',
          'authorization_code',
        ],
      },
      { grant_types: ['authorization_code', 'refresh_token'] },
    ],
    ['an empty list of grant types is no list', { grant_types: [] }, { grant_types: ['authorization_code'] }],
    [
      'foreign response types are left out',
      { response_types: ['token', 'code id_token'] },
      { response_types: ['code'] },
    ],
    [
      'scopes that clients cannot register are left out',
      { scope: 'openid admin email other:thing' },
      { scope: 'openid email' },
    ],
    [
      'without one scope of this server the client gets the defaults',
      { scope: 'other:thing' },
      { scope: 'openid profile email address phone offline_access' },
    ],
    ['an empty scope is no scope', { scope: '' }, { scope: 'openid profile email address phone offline_access' }],
  ])('%s (K14)', async (_, changes, expected) => {
    const { world } = await startWithDocument({}, changes)
    const found = await world.provider.getClient(documentUrl)
    expect(found?.metadata).toMatchObject(expected)
  })

  test('a document gets nothing that only the server side may set (K14)', async () => {
    const { world } = await startWithDocument(
      {},
      {
        skip_consent: true,
        trusted: true,
        require_pkce: false,
        enable_end_session: true,
        metadata: { a: 1 },
        user_id: bob.id,
      },
    )
    const found = await world.provider.getClient(documentUrl)
    expect(found).toMatchObject({ registeredBy: 'document', secrets: [], disabled: false })
    expect(found).not.toHaveProperty('userId')
    const { skip_consent, require_pkce, enable_end_session, metadata: own } = found?.metadata ?? {}
    expect([skip_consent, require_pkce, enable_end_session, own]).toEqual([undefined, true, undefined, undefined])
    expect(found?.metadata).not.toHaveProperty('trusted')
  })

  test('the option grantTypes adds a grant type that documents may have, under the rules for strangers', async () => {
    const grantTypes = ['authorization_code', 'client_credentials']
    const changes = { grant_types: ['authorization_code', 'refresh_token'] }
    const { world, publish, fetches } = await startWithDocument({ documents: { grantTypes } }, changes)
    expect((await world.provider.getClient(documentUrl))?.metadata.grant_types).toEqual(['authorization_code'])
    const machine = 'https://machine.example.com/client.json'
    publish(machine, clientDocument({ grant_types: grantTypes }, machine))
    await expect(world.provider.getClient(machine)).rejects.toThrow('client_credentials')
    expect(fetches(machine)).toBe(1)
  })
})

describe('a client that the host has registered under an https id', () => {
  test('a pre-registered client wins over the document at its id, which is not fetched (K21)', async () => {
    const { world, fetches } = await startWithDocument()
    const stored = await registerConfidential(world, { client_id: documentUrl, client_name: 'Pre-registered', scope })
    const { access_token } = await getTokens(world, stored, { scope })
    expect(await isActive(world, access_token)).toBe(true)
    expect(await world.provider.getClient(documentUrl)).toMatchObject({ registeredBy: 'server' })
    await world.provider.updateClient(documentUrl, { client_name: 'Renamed' })
    expect(await world.provider.listGrants(alice.id)).toMatchObject([{ clientName: 'Renamed' }])
    expect(fetches()).toBe(0)
  })

  test('a pre-registered client that is disabled is not replaced by the document at its id (K21)', async () => {
    const { world, fetches } = await startWithDocument()
    await registerConfidential(world, { client_id: documentUrl })
    await world.provider.updateClient(documentUrl, { disabled: true })
    await expectErrorPage(await ask(world, client), 400, 'invalid_client')
    expect(fetches()).toBe(0)
  })

  test('a client document cannot be changed, and gets no secret, where nobody has registered its id', async () => {
    const { world } = await startWithDocument()
    await expect(world.provider.updateClient(documentUrl, { client_name: 'Mine' })).rejects.toThrow(
      'the client belongs to a source of clients: it cannot be changed',
    )
    await expect(world.provider.rotateClientSecret(documentUrl)).rejects.toThrow()
  })

  test('deleteClient ends the grants and consents of a client document', async () => {
    const { world } = await startWithDocument()
    const { access_token } = await getTokens(world, client, { scope })
    await world.provider.deleteClient(documentUrl)
    expect(await isActive(world, access_token)).toBe(false)
    expect(await world.provider.listConsents(alice.id)).toEqual([])
  })
})

describe('the option allow', () => {
  test('the host decides by the URL, and nothing is fetched for a client that it refuses (K21)', async () => {
    const asked: string[] = []
    let blocked = true
    const allow = (clientId: string) => {
      asked.push(clientId)
      return !blocked
    }
    const { world, fetches } = await startWithDocument({ documents: { allow } })
    const html = await expectErrorPage(await ask(world, client), 400, 'invalid_client')
    expect(html).toContain('does not accept this application')
    expect([asked, fetches()]).toEqual([[documentUrl], 0])
    blocked = false
    const { access_token } = await getTokens(world, client, { scope })
    blocked = true
    // It takes effect at once, although the document is in memory.
    expect(await isActive(world, access_token)).toBe(false)
    await expectErrorPage(await ask(world, client), 400, 'invalid_client')
  })

  test.each<[string, () => unknown]>([
    ['answers with nothing', () => undefined],
    ['answers with a text', () => 'yes'],
    ['answers with 1', async () => 1],
    [
      'throws',
      () => {
        throw new Error('the database is down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('the database is down'))],
  ])('a function allow that %s lets nobody in: the request fails and nothing is fetched (K21)', async (_, allow) => {
    const { world, fetches } = await startWithDocument({ documents: { allow: allow as never } })
    const page = await ask(world, client)
    expect([page.status, (await page.text()).includes('database')]).toEqual([500, false])
    expect(fetches()).toBe(0)
  })
})

describe('the options of clientIdMetadataDocuments', () => {
  test.each<[string, object, string]>([
    ['an unknown option', { allows: () => true }, 'clientIdMetadataDocuments: allows is not known'],
    ['no function', { allow: ['claude.ai'] }, 'clientIdMetadataDocuments: allow must be a function'],
    [
      'a lower bound above the upper one',
      { minCacheSeconds: 10, maxCacheSeconds: 5 },
      'minCacheSeconds must not be more than maxCacheSeconds',
    ],
    ['no time in a cache', { minCacheSeconds: 0 }, 'minCacheSeconds'],
    ['a limit that lets nobody through', { fetchLimits: { perMinute: 0 } }, 'fetchLimits.perMinute'],
  ])('%s is a mistake that the server names at start', async (_, documents, text) => {
    await expect(startDocuments({ documents: documents as never })).rejects.toThrow(text)
  })

  test('allowLoopback is refused where the issuer is not on this machine (K06)', async () => {
    await expect(startDocuments({ documents: { allowLoopback: true } })).rejects.toThrow(
      'clientIdMetadataDocuments: allowLoopback is for a server on this machine',
    )
  })

  test('with allowLoopback a server on this machine takes documents of this machine over http (K06)', async () => {
    const { world, remote } = await startDocuments({
      documents: { allowLoopback: true },
      baseUrl: 'http://localhost:3000',
      outboundFetch: undefined,
    })
    const url = `${remote.origin}/client.json`
    remote.serveJson('/client.json', clientDocument({}, url))
    expect(await world.provider.getClient(url)).toMatchObject({ id: url })
    const plain = await startDocuments({ baseUrl: 'http://localhost:3000', outboundFetch: undefined })
    expect(await plain.world.provider.getClient(url)).toBeUndefined()
  })
})

describe('a client document with keys', () => {
  test('without the feature privateKeyJwt a document that offers none beside private_key_jwt is a public client (K15)', async () => {
    const changes = {
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
      jwks_uri: 'https://app.example.com/jwks.json',
    }
    const { world } = await startWithDocument({}, changes)
    expect((await getTokens(world, client, { scope })).access_token).toBeTypeOf('string')
    const only = await startWithDocument({}, { token_endpoint_auth_method: 'private_key_jwt' })
    const html = await expectErrorPage(await ask(only.world, client), 400, 'invalid_client')
    expect(html).toContain('offers no token_endpoint_auth_method of this server')
  })

  test('a document with private_key_jwt and without keys is invalid (K13)', async () => {
    const { world } = await startWithDocument(
      { others: [privateKeyJwt()] },
      { token_endpoint_auth_method: 'private_key_jwt' },
    )
    expect(await expectErrorPage(await ask(world, client), 400, 'invalid_client')).toContain('needs jwks or jwks_uri')
  })
})

describe('the public data of a client whose document cannot be used', () => {
  test('a page that asks for it gets not_found, as for an unknown client, and is not told that its own credentials are wrong (K12)', async () => {
    const { world, fail } = await startDocuments({ allowPublicClientPrelogin: true })
    fail(documentUrl, 404)
    const client_id = documentUrl
    expectJsonError(await rpcOf(world, alice).get('/oauth2/public-client', { client_id }), 404, 'not_found')
    expectJsonError(await rpcOf(world).post('/oauth2/public-client-prelogin', { client_id }), 404, 'not_found')
  })
})
