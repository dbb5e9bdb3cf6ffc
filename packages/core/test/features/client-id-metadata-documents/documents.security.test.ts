import { clientIdMetadataDocuments } from '@oauth/core/features/client-id-metadata-documents'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { describe, expect, test } from 'vitest'
import { documentUrlProblem } from '../../../src/features/client-id-metadata-documents/document-url.ts'
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
} from '../../support/client.ts'
import {
  clientDocument,
  documentClient,
  documentUrl,
  startDocuments,
  startWithDocument,
} from '../../support/client-documents.ts'
import { assertion, assertionType, clientKey, signJwt } from '../../support/client-keys.ts'
import { ask, expectErrorPage, expectJsonError } from '../../support/expectations.ts'
import { introspect, registerResourceServer } from '../../support/tokens.ts'
import { alice, createWorld } from '../../support/world.ts'

const client = documentClient()
const scope = 'openid email offline_access'

describe('which URLs are ids of clients', () => {
  const rules = { allowQuery: false, allowLoopback: false }

  test.each<[string, string]>([
    ['https://app.example.com', 'must be spelled https://app.example.com/'],
    ['https://app.example.com/', 'must have a path'],
    ['https://app.example.com/a/./client.json', 'must be spelled'],
    ['https://app.example.com/a/../client.json', 'must be spelled'],
    ['https://app.example.com/a/%2e%2e/client.json', 'must be spelled'],
    ['https://app.example.com/a/%2E/client.json', 'must be spelled'],
    ['https://app.example.com/client.json#part', 'must not have a fragment'],
    ['https://app.example.com/client.json#', 'must not have a fragment'],
    ['https://user@app.example.com/client.json', 'must not have user information'],
    ['https://user:secret@app.example.com/client.json', 'must not have user information'],
    ['https://app.example.com/client.json?a=1', 'must not have a query'],
    ['https://app.example.com/client.json?', 'must not have a query'],
    ['https://APP.example.com/client.json', 'must be spelled https://app.example.com/client.json'],
    ['https://app.example.com:443/client.json', 'must be spelled https://app.example.com/client.json'],
    ['https:\\\\app.example.com\\client.json', 'must be spelled'],
    ['https:app.example.com/client.json', 'must be spelled'],
    ['https://app.example.com/client json', 'must be spelled'],
    ['https://app.example.com/client\u0000.json', 'must be spelled'],
    ['https://app.example.com/cl\tient.json', 'must be spelled'],
    ['https://app.example.com/client.json\n', 'must be spelled'],
    ['https://app.example.com/ä.json', 'must be spelled'],
    ['https://2130706433/client.json', 'must be spelled https://127.0.0.1/client.json'],
    // Another spelling of the same host would slip through a list of hosts that the operator refuses.
    ['https://app.example.com./client.json', 'must not have a dot at the end of its host'],
    ['https://', 'is not a valid URL'],
    ['https:///client.json', 'must be spelled'],
    ['https://app.example.com:99999/client.json', 'is not a valid URL'],
    [`https://app.example.com/${'a'.repeat(232)}`, 'must have at most 255 characters'],
  ])('%j is no id of a client: it %s (K01)', (url, problem) => {
    expect(documentUrlProblem(url, rules)).toContain(problem)
  })

  test.each([
    'https://app.example.com/client.json',
    'https://app.example.com:8443/client.json',
    'https://app.example.com/a/b/',
    'https://app.example.com/a%2Fb',
    'https://app.example.com/~user/client_1',
    `https://app.example.com/${'a'.repeat(231)}`,
  ])('%s is an id of a client (K01)', (url) => {
    expect(documentUrlProblem(url, rules)).toBeUndefined()
  })

  test.each([
    'https://app.example.com',
    'https://app.example.com/../client.json',
    'https://app.example.com/client.json#part',
    'https://user@app.example.com/client.json',
    'https://app.example.com/client.json?a=1',
    'https://',
    `https://app.example.com/${'a'.repeat(3000)}`,
  ])('for the id %s nothing is fetched, and the developer reads on a page what is wrong with it (K01)', async (url) => {
    const { world, remote } = await startDocuments()
    expect(await expectErrorPage(await ask(world, documentClient(url)), 400, 'invalid_client')).toContain('Client_id ')
    const form = { grant_type: 'refresh_token', refresh_token: 'x' }
    expectJsonError(await postAs(world, documentClient(url), '/oauth2/token', form), 400, 'invalid_client')
    expect(remote.requests).toEqual([])
  })

  test('an id in another spelling of the scheme is an unknown client, without a fetch (K01)', async () => {
    const { world, remote } = await startWithDocument()
    for (const url of [
      'HTTPS://app.example.com/client.json',
      'http://app.example.com/client.json',
      ` ${documentUrl}`,
    ]) {
      expect(await expectErrorPage(await ask(world, documentClient(url)), 400, 'invalid_client')).toContain(
        'not registered',
      )
    }
    expect(remote.requests).toEqual([])
  })

  test('an id with a query is accepted with the option allowQuery (K01)', async () => {
    const url = `${documentUrl}?tenant=1`
    const { world, publish } = await startDocuments({ documents: { allowQuery: true } })
    publish(url, clientDocument({}, url))
    expect(await world.provider.getClient(url)).toMatchObject({ id: url })
  })

  test('ids are compared byte for byte: a document with and one without a slash at its end are two clients (K02)', async () => {
    const { world, publish } = await startDocuments()
    const [one, other] = ['https://a.example.com/b', 'https://a.example.com/b/']
    publish(one, clientDocument({ client_name: 'One' }, one))
    publish(other, clientDocument({ client_name: 'Other' }, other))
    const { code, pkce, parameters, browser } = await authorize(world, documentClient(one), { scope })
    const authorized = { code, pkce, parameters, browser }
    expectJsonError(await exchangeCode(world, documentClient(other), authorized), 400, 'invalid_grant')
    expect((await world.provider.getClient(one))?.metadata.client_name).toBe('One')
    expect((await world.provider.getClient(other))?.metadata.client_name).toBe('Other')
  })

  test('generateClientId of the host cannot make an https id (K03)', async () => {
    const ids = [documentUrl, 'https://', 'a-free-id']
    const { world } = await startDocuments({ generateClientId: () => ids.shift() ?? documentUrl })
    expect((await registerConfidential(world)).client_id).toBe('a-free-id')
    await expect(registerConfidential(world)).rejects.toThrow('none that a source of clients owns')
    expect(await world.storage.clients.find(documentUrl)).toBeUndefined()
  })

  test('a stranger cannot register an https id (K03)', async () => {
    const { world } = await startWithDocument({
      allowDynamicClientRegistration: true,
      allowUnauthenticatedClientRegistration: true,
    })
    const response = await world.provider.fetch(
      new Request(`${world.issuer}/oauth2/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...clientDocument(), scope: 'openid' }),
      }),
    )
    expect(response.status).toBe(201)
    expect((await response.json()).client_id).not.toContain('https')
  })
})

describe('what is no document', () => {
  const cases: readonly (readonly [string, object | string, string])[] = [
    [
      'of another client',
      { client_id: 'https://app.example.com/other.json' },
      'must have a client_id that is exactly its URL',
    ],
    [
      'of the same client in another spelling',
      { client_id: 'https://app.example.com:443/client.json' },
      'exactly its URL',
    ],
    ['without a client_id', { client_id: undefined }, 'exactly its URL'],
    ['with a list for a client_id', { client_id: [documentUrl] }, 'exactly its URL'],
    ['with a secret', { client_secret: 'x'.repeat(40) }, 'must not have client_secret'],
    ['with the end of a secret', { client_secret_expires_at: 0 }, 'must not have client_secret_expires_at'],
    ['with client_secret_basic', { token_endpoint_auth_method: 'client_secret_basic' }, 'a document has no secret'],
    ['with client_secret_post', { token_endpoint_auth_method: 'client_secret_post' }, 'a document has no secret'],
    [
      'with client_secret_jwt',
      { token_endpoint_auth_method: 'client_secret_jwt', token_endpoint_auth_methods_supported: ['none'] },
      'a document has no secret',
    ],
    [
      'with methods that need a secret alone',
      { token_endpoint_auth_method: undefined, token_endpoint_auth_methods_supported: ['client_secret_basic'] },
      'offers no token_endpoint_auth_method',
    ],
    [
      'with a method of another shape',
      { token_endpoint_auth_method: ['none'] },
      'offers no token_endpoint_auth_method',
    ],
    ['without a name', { client_name: undefined }, 'must have a client_name'],
    ['with an empty name', { client_name: ' ' }, 'must have a client_name'],
    ['without redirect URIs', { redirect_uris: undefined }, 'must have redirect_uris'],
    ['with no redirect URI', { redirect_uris: [] }, 'must have redirect_uris'],
    ['with a script for a redirect URI', { redirect_uris: ['javascript:alert(1)'] }, 'Redirect URI'],
    ['with a redirect URI over http', { redirect_uris: ['http://app.example.com/callback'] }, 'must use https'],
    ['with a redirect URI of another shape', { redirect_uris: [{ uri: redirectUri }] }, 'redirect_uris'],
    ['with foreign grant types alone', { grant_types: ['client_credentials'] }, 'names none of the grant types'],
    ['that is a list', '[]', 'is no JSON object'],
    ['that is null', 'null', 'is no JSON object'],
    ['that is text', 'client', 'is no JSON object'],
    ['that is empty', '', 'is no JSON object'],
    ['that is nested deeply', `{"a":${'['.repeat(2000)}${']'.repeat(2000)}}`, 'is no JSON object'],
  ]
  test.each(cases)(
    'a document %s is no client, its developer reads why, and the host gets an event (K12, K13)',
    async (_, changes, text) => {
      const { world, publish } = await startDocuments()
      publish(documentUrl, typeof changes === 'string' ? changes : clientDocument(changes))
      const html = await expectErrorPage(await ask(world, client), 400, 'invalid_client')
      expect(html.replaceAll('&#39;', "'")).toMatch(new RegExp(text, 'i'))
      expect(world.events).toContainEqual(
        expect.objectContaining({ type: 'client_document.failed', clientId: documentUrl, goesOn: false }),
      )
    },
  )

  test('a document that names __proto__ changes no object and gives the client nothing (K14)', async () => {
    const { world, publish } = await startDocuments()
    const text = JSON.stringify(clientDocument()).replace('{', '{"__proto__":{"skip_consent":true,"scope":"admin"},')
    publish(documentUrl, text.replace('}', ',"constructor":{"prototype":{"polluted":1}}}'))
    const found = await world.provider.getClient(documentUrl)
    expect([found?.metadata.skip_consent, Object.hasOwn(found?.metadata ?? {}, '__proto__')]).toEqual([
      undefined,
      false,
    ])
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  test('the page shows the id and the redirect URI of a broken document escaped, and sends nothing there (K11)', async () => {
    const { world, publish } = await startDocuments()
    publish(documentUrl, clientDocument({ redirect_uris: ['http://<script>alert(1)</script>/'] }))
    const html = await expectErrorPage(await ask(world, client), 400, 'invalid_client')
    expect(html).not.toContain('<script>alert')
  })
})

describe('requests that are not the client’s own', () => {
  test('the tokens of a client whose document is broken are inactive, and no error blames the resource server (K22)', async () => {
    const { world, fail } = await startWithDocument({ documents: { maxStaleSeconds: 0 } })
    const api = await registerResourceServer(world)
    const tokens = await getTokens(world, client, { scope, resource: api.client_id }, { resource: api.client_id })
    fail(documentUrl, 404)
    world.clock.advance(3600)
    expect(await introspect(world, api, tokens.access_token)).toMatchObject({ status: 200, body: { active: false } })
    expect(await isActive(world, tokens.access_token)).toBe(false)
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
    expectJsonError(await postAs(world, client, '/oauth2/token', form), 400, 'invalid_client')
    const response = await world.provider.fetch(
      new Request(`${world.issuer}/oauth2/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } }),
    )
    expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"')
  })
})

describe('consents to a client document', () => {
  const askedAgain = async (started: Awaited<ReturnType<typeof startWithDocument>>, parameters = {}) => {
    const browser = started.world.browser()
    browser.signIn(alice)
    const { url } = await browser.visit(authorizeUrl(started.world, client, createPkce(), { scope, ...parameters }))
    return !new URL(url).searchParams.has('code')
  }

  test('a consent to a client document is remembered (K19)', async () => {
    const started = await startWithDocument()
    await authorize(started.world, client, { scope })
    expect(await askedAgain(started)).toBe(false)
    started.world.clock.advance(3600)
    started.publish(documentUrl, clientDocument({ software_version: '2', contacts: ['a@example.com'] }))
    expect(await askedAgain(started)).toBe(false)
    expect(started.world.events.some(({ type }) => type === 'client_document.changed')).toBe(false)
  })

  test.each<[string, object]>([
    ['gains a redirect URI', { redirect_uris: [redirectUri, 'https://app.example.com/other'] }],
    ['has another name', { client_name: 'Your bank' }],
    ['links to other terms', { tos_uri: 'https://app.example.com/terms' }],
    ['links to another policy', { policy_uri: 'https://app.example.com/privacy' }],
    ['has keys', { jwks_uri: 'https://app.example.com/jwks' }],
    [
      'authenticates otherwise',
      { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://app.example.com/jwks' },
    ],
  ])('a remembered consent is void once the document %s, and the host gets an event (K19)', async (_, changes) => {
    const started = await startWithDocument({ others: [privateKeyJwt()] })
    await authorize(started.world, client, { scope })
    started.publish(documentUrl, clientDocument(changes))
    started.world.clock.advance(3600)
    expect(await askedAgain(started)).toBe(true)
    expect(started.world.events).toContainEqual({ type: 'client_document.changed', clientId: documentUrl })
    // Until somebody agrees to the change: the earlier document may come back.
    started.publish(documentUrl, clientDocument())
    started.world.clock.advance(3600)
    expect(await askedAgain(started)).toBe(false)
  })

  test('what a user allowed the earlier document does not count for the changed one, even after a new consent (K19)', async () => {
    const started = await startWithDocument()
    await authorize(started.world, client, { scope })
    started.publish(documentUrl, clientDocument({ client_name: 'Taken over' }))
    started.world.clock.advance(3600)
    await authorize(started.world, client, { scope: 'openid' })
    expect(await askedAgain(started, { scope: 'openid' })).toBe(false)
    expect(await askedAgain(started)).toBe(true)
    expect(await started.world.provider.listConsents(alice.id)).toMatchObject([{ scope: ['openid'] }])
  })

  test('a consent is void in a process that has never seen the earlier document (K19)', async () => {
    const started = await startWithDocument()
    await authorize(started.world, client, { scope })
    const changed = clientDocument({ redirect_uris: [redirectUri, 'https://evil.example/'] })
    const other = await startDocuments({ storage: started.world.storage })
    other.publish(documentUrl, changed)
    expect(await askedAgain(other)).toBe(true)
  })

  test('the consent to a public client document on loopback is not remembered, as any program can use its id (K18)', async () => {
    const redirect_uri = 'http://127.0.0.1:4000/callback'
    const started = await startWithDocument({}, { redirect_uris: [redirect_uri] })
    await authorize(started.world, client, { scope, redirect_uri })
    expect(await askedAgain(started, { redirect_uri })).toBe(true)
  })

  test('an error is not sent to the redirect URI of a document that was changed since the user agreed to it (K19)', async () => {
    const started = await startWithDocument()
    await authorize(started.world, client, { scope })
    const browser = started.world.browser()
    browser.signIn(alice)
    const wrong = { prompt: 'none', scope: 'unknown:scope' }
    expect((await ask(started.world, client, wrong, { browser })).headers.get('location')).toContain(redirectUri)
    started.publish(documentUrl, clientDocument({ client_name: 'Taken over' }))
    started.world.clock.advance(3600)
    const answer = await ask(started.world, client, wrong, { browser })
    const before = await ask(started.world, client, wrong)
    expect([answer.status, answer.headers.get('location')]).toEqual([before.status, before.headers.get('location')])
  })
})

describe('client documents with keys', () => {
  const jwks_uri = 'https://chatgpt.com/jwks.json'
  const chatgpt = 'https://chatgpt.com/oauth/abc/client.json'

  async function startWithKeys(url: string, changes: object, options = {}) {
    const key = await clientKey()
    const started = await startDocuments({ others: [privateKeyJwt(options)] })
    started.publish(jwks_uri, { keys: [key.publicJwk] })
    started.publish(url, clientDocument({ jwks_uri, ...changes }, url))
    const { world } = started
    const exchange = async (claims: object | undefined, by = key) => {
      const authorized = await authorize(world, documentClient(url), { scope })
      const form = claims && {
        client_assertion_type: assertionType,
        client_assertion: await assertion(world, { client_id: url }, by, { ...claims }),
      }
      return exchangeCode(world, documentClient(url), authorized, form)
    }
    return { ...started, key, exchange }
  }
  const confidential = { token_endpoint_auth_method: 'private_key_jwt' }
  const choices = { ...confidential, token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'] }

  test('a client document with private_key_jwt must authenticate (K13)', async () => {
    const { exchange } = await startWithKeys(documentUrl, confidential)
    expect((await exchange({})).status).toBe(200)
    expectJsonError(await exchange(undefined), 401, 'invalid_client')
    expectJsonError(await exchange({}, await clientKey('ES256', 'stranger')), 401, 'invalid_client')
  })

  test('a client document that offers none and private_key_jwt may send nothing, but an assertion that it sends must verify (K15)', async () => {
    const { exchange, world } = await startWithKeys(chatgpt, choices)
    expect((await exchange({})).status).toBe(200)
    expect((await exchange(undefined)).status).toBe(200)
    expectJsonError(await exchange({}, await clientKey('ES256', 'stranger')), 401, 'invalid_client')
    expectJsonError(await exchange({ exp: world.clock.now() - 600 }), 401, 'invalid_client')
    // It counts as public: nothing is remembered on loopback, and it has no tokens without a user.
    expect((await world.provider.getClient(chatgpt))?.metadata.token_endpoint_auth_method).toBe('none')
    expectJsonError(await introspect(world, documentClient(chatgpt), 'x'), 401, 'invalid_client')
  })

  test('an assertion with alg none or of a client secret is refused for a document that offers none (K15)', async () => {
    const { world, key } = await startWithKeys(chatgpt, choices)
    const now = world.clock.now()
    const claims = { iss: chatgpt, sub: chatgpt, aud: world.issuer, exp: now + 60, jti: 'one' }
    const secret = new TextEncoder().encode(JSON.stringify(key.publicJwk))
    const form = { grant_type: 'refresh_token', refresh_token: 'x', client_assertion_type: assertionType }
    for (const client_assertion of [
      await signJwt(secret, { alg: 'HS256' }, claims),
      `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify(claims))}.`.replaceAll('=', ''),
    ]) {
      const answer = await postAs(world, documentClient(chatgpt), '/oauth2/token', { ...form, client_assertion })
      expectJsonError(answer, 401, 'invalid_client')
    }
  })

  test('an assertion of ChatGPT may name the token endpoint; one of another document must name the issuer (K15)', async () => {
    const atEndpoint = (world: { readonly issuer: string }) => ({ aud: `${world.issuer}/oauth2/token` })
    const ofChatGpt = await startWithKeys(chatgpt, choices)
    expect((await ofChatGpt.exchange(atEndpoint(ofChatGpt.world))).status).toBe(200)
    expect((await ofChatGpt.exchange({ aud: 'https://other.example/token' })).status).toBe(401)
    const other = await startWithKeys(documentUrl, confidential)
    expectJsonError(await other.exchange(atEndpoint(other.world)), 401, 'invalid_client')
    const lookalike = await startWithKeys('https://chatgpt.com.evil.example/client.json', choices)
    expectJsonError(await lookalike.exchange(atEndpoint(lookalike.world)), 401, 'invalid_client')
  })

  test('audiences: issuer is strict for every client, ChatGPT included (K15)', async () => {
    const { exchange, world } = await startWithKeys(chatgpt, choices, { audiences: 'issuer' })
    expectJsonError(await exchange({ aud: `${world.issuer}/oauth2/token` }), 401, 'invalid_client')
    expect((await exchange({})).status).toBe(200)
  })

  test('a stored client that claims an id of ChatGPT gets no wider audience rule', async () => {
    const key = await clientKey()
    const { world } = await startDocuments({ others: [privateKeyJwt()] })
    await world.provider.registerClient({
      client_id: chatgpt,
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ ...key.publicJwk }] },
    })
    const form = {
      grant_type: 'refresh_token',
      refresh_token: 'x',
      client_assertion_type: assertionType,
      client_assertion: await assertion(world, { client_id: chatgpt }, key, { aud: `${world.issuer}/oauth2/token` }),
    }
    expectJsonError(await postAs(world, documentClient(chatgpt), '/oauth2/token', form), 401, 'invalid_client')
  })

  test('a registered client gets no second method by token_endpoint_auth_methods_supported (K15)', async () => {
    const { world } = await startDocuments({
      allowDynamicClientRegistration: true,
      allowUnauthenticatedClientRegistration: true,
      others: [privateKeyJwt()],
    })
    const key = await clientKey()
    const response = await world.provider.fetch(
      new Request(`${world.issuer}/oauth2/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...clientDocument(choices), scope: 'openid', jwks: { keys: [key.publicJwk] } }),
      }),
    )
    const registered = await response.json()
    const form = { grant_type: 'refresh_token', refresh_token: 'x', client_id: registered.client_id }
    expectJsonError(
      await postAs(world, documentClient(registered.client_id), '/oauth2/token', form),
      401,
      'invalid_client',
    )
  })

  test('the keys of a document are fetched under the same guard (K08)', async () => {
    const { world } = await startWithKeys(documentUrl, { ...confidential, jwks_uri: 'https://10.0.0.1/jwks' })
    const html = await expectErrorPage(await ask(world, client), 400, 'invalid_client')
    expect(html).toContain('must not be in a private network')
  })
})

test('without the feature an https id is an unknown client, and nothing is fetched', async () => {
  const sent: string[] = []
  const world = createWorld({
    outboundFetch: async (url) => {
      sent.push(url)
      return new Response('{}')
    },
  })
  await expectErrorPage(await ask(world, client), 400, 'invalid_client')
  expect(sent).toEqual([])
})

test('two providers of one feature object share no document and no limit', async () => {
  const { world, fetches } = await startWithDocument()
  await world.provider.getClient(documentUrl)
  const feature = clientIdMetadataDocuments({ fetchLimits: { perMinute: 1 } })
  const answer = async () =>
    new Response(JSON.stringify(clientDocument()), { headers: { 'content-type': 'application/json' } })
  for (const one of [1, 2]) {
    const other = createWorld({ features: [feature], outboundFetch: answer })
    expect([one, (await other.provider.getClient(documentUrl))?.id]).toEqual([one, documentUrl])
  }
  expect(fetches()).toBe(1)
})

test('a refresh token of a client document is good for that client alone', async () => {
  const { world, publish } = await startWithDocument()
  const thief = 'https://thief.example.com/client.json'
  publish(thief, clientDocument({}, thief))
  const { refresh_token } = await getTokens(world, client, { scope })
  expectJsonError(await refresh(world, documentClient(thief), refresh_token), 400, 'invalid_grant')
})
