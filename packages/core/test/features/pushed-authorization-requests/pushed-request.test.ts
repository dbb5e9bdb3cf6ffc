import { clientIdMetadataDocuments } from '@oauth/core/features/client-id-metadata-documents'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { describe, expect, test } from 'vitest'
import {
  claimsOf,
  createPkce,
  credentials,
  exchangeCode,
  post,
  redirectUri,
  registerConfidential,
  registerPublic,
} from '../../support/client.ts'
import { clientDocument, documentClient, documentUrl } from '../../support/client-documents.ts'
import { expectErrorPage, expectErrorRedirect, expectJsonError } from '../../support/expectations.ts'
import {
  answerTo,
  authorizeWith,
  isStored,
  push,
  pushed,
  pushPath,
  pushWorld,
  requestOf,
} from '../../support/pushed-requests.ts'
import { requestObjectWorld } from '../../support/request-objects.ts'
import { api } from '../../support/tokens.ts'
import { watchStorage } from '../../support/watched-storage.ts'
import { alice } from '../../support/world.ts'
import { keyHeader } from '../key-header.ts'

describe('a pushed request at the authorization endpoint', () => {
  test('client_id and request_uri alone lead through login and consent to tokens (P17)', async () => {
    const world = pushWorld()
    const client = await registerConfidential(world)
    const { url, pkce } = await pushed(world, client, { nonce: 'pushed-nonce' })
    const browser = world.browser()
    const parameters = await answerTo(browser, url)
    expect([parameters.get('state'), parameters.get('iss')]).toEqual(['pushed-state', world.issuer])
    const code = parameters.get('code') ?? ''
    const { status, body } = await exchangeCode(world, client, { code, pkce, parameters, browser })
    expect([status, claimsOf(body.id_token).nonce]).toEqual([200, 'pushed-nonce'])
  })

  test('every other parameter in the URL is ignored (P18)', async () => {
    const world = pushWorld()
    const client = await registerConfidential(world)
    const { requestUri, pkce } = await pushed(world, client, { scope: 'openid', nonce: 'pushed-nonce' })
    const url = authorizeWith(world, client, requestUri, {
      ...{ state: 'other', nonce: 'other', scope: 'openid notes:write', redirect_uri: 'https://evil.example.com/' },
      ...{ prompt: 'none', response_type: 'token', response_mode: 'fragment', code_challenge: 'x', max_age: 'y' },
    })
    const browser = world.browser()
    const parameters = await answerTo(browser, url)
    expect(parameters.get('state')).toBe('pushed-state')
    const code = parameters.get('code') ?? ''
    const { body } = await exchangeCode(world, client, { code, pkce, parameters, browser })
    expect([claimsOf(body.id_token).nonce, body.scope]).toEqual(['pushed-nonce', 'openid'])
  })

  test('the page may be loaded twice before the login, and the request counts as used when the answer is given (P21)', async () => {
    const world = pushWorld()
    const client = await registerConfidential(world)
    const { url, requestUri } = await pushed(world, client)
    const browser = world.browser()
    for (let load = 0; load < 3; load++) expect((await browser.visit(url)).url).toContain('/login?')
    // A second browser, for instance the system's after an in-app one.
    expect((await world.browser().visit(url)).url).toContain('/login?')
    expect(await isStored(world, requestUri)).toBe(true)
    expect((await answerTo(browser, url)).has('code')).toBe(true)
    expect(await isStored(world, requestUri)).toBe(false)
    await expectErrorPage(await browser.request(url), 400, 'invalid_request_uri')
  })

  test('a login that takes longer than the lifetime of the request_uri still ends in a code, also after a purge (P21)', async () => {
    const world = pushWorld()
    const client = await registerConfidential(world)
    const { url } = await pushed(world, client)
    const browser = world.browser()
    world.clock.advance(59)
    const { url: page } = await browser.visit(url)
    world.clock.advance(300)
    await world.provider.purgeExpired()
    const { returnTo } = await world.provider.resolveLoginContext(browser.pageRequest(page))
    browser.signIn(alice)
    expect((await answerTo(browser, returnTo)).has('code')).toBe(true)
  })

  test('a refusal by the user is an answer and uses the request up (P21)', async () => {
    const world = pushWorld()
    const client = await registerConfidential(world)
    const { url, requestUri } = await pushed(world, client)
    const browser = world.browser()
    expect((await answerTo(browser, url, { accept: false })).get('error')).toBe('access_denied')
    expect(await isStored(world, requestUri)).toBe(false)
    await expectErrorPage(await browser.request(url), 400, 'invalid_request_uri')
  })

  test('login_required of prompt none is an answer and uses the request up (P21)', async () => {
    const world = pushWorld()
    const client = await registerConfidential(world)
    const { url } = await pushed(world, client, { prompt: 'none' })
    const browser = world.browser()
    const parameters = expectErrorRedirect(world, await browser.request(url), redirectUri, 'login_required')
    expect(parameters.get('state')).toBe('pushed-state')
    await expectErrorPage(await browser.request(url), 400, 'invalid_request_uri')
  })

  test('a pushed request that needs no page is used up by its code (P21)', async () => {
    const world = pushWorld()
    const client = await registerConfidential(world, { skip_consent: true })
    const browser = world.browser()
    browser.signIn(alice)
    const { url } = await pushed(world, client)
    expect((await answerTo(browser, url)).has('code')).toBe(true)
    await expectErrorPage(await browser.request(url), 400, 'invalid_request_uri')
  })

  test('POST to the authorization endpoint works like GET (P25)', async () => {
    const world = pushWorld()
    const client = await registerConfidential(world)
    const { requestUri } = await pushed(world, client)
    const body = new URLSearchParams({ client_id: client.client_id, request_uri: requestUri })
    const response = await world.browser().request(`${world.issuer}/oauth2/authorize`, { method: 'POST', body })
    expect(response.headers.get('location')).toMatch(/\/login\?/)
  })

  test('an expired request is deleted by the purge (P27)', async () => {
    const world = pushWorld()
    const client = await registerConfidential(world)
    const { requestUri } = await pushed(world, client)
    world.clock.advance(3600 * 24)
    await world.provider.purgeExpired()
    expect(await isStored(world, requestUri)).toBe(false)
  })

  test('a push is one write, and the answer takes the request within the write of the code (P21)', async () => {
    const { storage, writes } = watchStorage()
    const world = pushWorld({}, { storage })
    const client = await registerConfidential(world, { skip_consent: true })
    const browser = world.browser()
    browser.signIn(alice)
    writes.length = 0
    const { url } = await pushed(world, client)
    expect(writes).toEqual(['records.insert'])
    writes.length = 0
    await answerTo(browser, url)
    expect(writes.filter((write) => write.startsWith('records.'))).toEqual([])
    expect(writes).toContain('grants.commit')
  })
})

describe('clients that must push', () => {
  test.each(['server', 'client'])(
    'a plain request is refused where the %s requires pushed requests (P24, H05)',
    async (who) => {
      const world = pushWorld({ required: who === 'server' })
      const client = await registerConfidential(world, { require_pushed_authorization_requests: who === 'client' })
      const query = new URLSearchParams(requestOf(client, createPkce()) as Record<string, string>)
      const plain = await world.browser().request(`${world.issuer}/oauth2/authorize?${query}`)
      const parameters = expectErrorRedirect(world, plain, redirectUri, 'invalid_request')
      expect(parameters.get('error_description')).toContain('must be pushed')
      const { url } = await pushed(world, client)
      expect((await answerTo(world.browser(), url)).has('code')).toBe(true)
    },
  )

  test('other clients need not push (P24)', async () => {
    const world = pushWorld()
    await registerConfidential(world, { require_pushed_authorization_requests: true })
    const client = await registerConfidential(world)
    const query = new URLSearchParams(requestOf(client, createPkce()) as Record<string, string>)
    const plain = await world.browser().request(`${world.issuer}/oauth2/authorize?${query}`)
    expect(plain.headers.get('location')).toMatch(/\/login\?/)
  })
})

describe('pushed requests together with other capabilities', () => {
  test('a pushed request object is the whole request, and its client_id needs no parameter beside it (P11)', async () => {
    const features = [jwtSecuredRequests({ outsideParameters: 'merged' }), pushedAuthorizationRequests()]
    const { world, client, sign, pkce } = await requestObjectWorld({}, {}, { features })
    const { headers } = credentials(client)
    const form = { request: await sign(), state: 'outside', login_hint: 'outside', scope: 'openid notes:write' }
    const { status, body } = await post(world, pushPath, form, headers)
    expect(status).toBe(201)
    const browser = world.browser()
    const { url: page } = await browser.visit(authorizeWith(world, client, body.request_uri))
    const context = await world.provider.resolveLoginContext(browser.pageRequest(page))
    expect([context.loginHint, context.scopes]).toEqual([undefined, ['openid', 'email']])
    const parameters = await answerTo(browser, authorizeWith(world, client, body.request_uri))
    expect(parameters.get('state')).toBe('inner-state')
    const code = parameters.get('code') ?? ''
    const tokens = await exchangeCode(world, client, { code, pkce, parameters, browser })
    expect(claimsOf(tokens.body.id_token).nonce).toBe('inner-nonce')
  })

  test('a client or server that requires signed requests refuses plain parameters in a push (P12)', async () => {
    for (const required of [true, false]) {
      const features = [pushedAuthorizationRequests({ required: true }), jwtSecuredRequests({ required })]
      const input = { require_signed_request_object: !required }
      const { world, client, sign } = await requestObjectWorld({}, input, { features })
      expectJsonError(await push(world, client), 400, 'invalid_request')
      const { body } = await post(world, pushPath, { request: await sign() }, credentials(client).headers)
      const parameters = await answerTo(world.browser(), authorizeWith(world, client, body.request_uri))
      expect(parameters.has('code')).toBe(true)
    }
  })

  test('a client that is a document pushes its requests (P29)', async () => {
    const outboundFetch = async () =>
      Response.json(
        clientDocument({ redirect_uris: [redirectUri], require_pushed_authorization_requests: true }, documentUrl),
      )
    const world = pushWorld({}, { features: [clientIdMetadataDocuments()], outboundFetch })
    const client = documentClient()
    const { url } = await pushed(world, client, { scope: 'openid' })
    expect((await answerTo(world.browser(), url)).has('code')).toBe(true)
    const query = new URLSearchParams(requestOf(client, createPkce(), { scope: 'openid' }) as Record<string, string>)
    const plain = await world.browser().request(`${world.issuer}/oauth2/authorize?${query}`)
    expect(await plain.text()).not.toContain('login')
    expect(plain.headers.get('location') ?? '').not.toMatch(/\/login\?/)
  })

  test('resources, claims, acr_values, response_mode and audience of a pushed request count (P29)', async () => {
    const world = pushWorld({}, { bindResources: true, audienceParameter: 'resource' })
    const client = await registerConfidential(world)
    const claims = '{"userinfo":{"email":null}}'
    const { url, pkce } = await pushed(world, client, {
      ...{
        scope: 'openid',
        audience: api,
        claims,
        acr_values: 'urn:gold',
        login_hint: 'ada',
        ui_locales: 'de',
        display: 'popup',
      },
      ...{ response_mode: 'fragment', max_age: '3600' },
    })
    const browser = world.browser()
    const { url: page } = await browser.visit(url)
    const context = await world.provider.resolveLoginContext(browser.pageRequest(page))
    expect(context).toMatchObject({ resources: [api], acrValues: ['urn:gold'], loginHint: 'ada', uiLocales: 'de' })
    expect(context.claims.map(({ name }) => name)).toEqual(['email'])
    const { url: end } = await browser.visit(url, { user: alice, accept: true })
    const parameters = new URLSearchParams(new URL(end).hash.slice(1))
    const code = parameters.get('code') ?? ''
    const { body } = await exchangeCode(world, client, { code, pkce, parameters, browser })
    expect(claimsOf(body.access_token).aud).toContain(api)
  })

  test('a parameter of another feature survives, and a proof in the push counts as it (P29)', async () => {
    const world = pushWorld({}, { features: [keyHeader()] })
    const client = await registerPublic(world)
    const key = 'k'.repeat(43)
    const hash = Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key))).toString('base64url')
    const redeem = async (changes: Record<string, string>, headers: Record<string, string>, presented?: string) => {
      const pkce = createPkce()
      const answer = await post(world, pushPath, requestOf(client, pkce, { scope: 'openid', ...changes }), headers)
      expect(answer.status).toBe(201)
      expect(answer.headers.has('key-header-nonce')).toBe('key-header' in headers)
      const parameters = await answerTo(world.browser(), authorizeWith(world, client, answer.body.request_uri))
      const form = {
        ...{ grant_type: 'authorization_code', code: parameters.get('code') ?? '', redirect_uri: redirectUri },
        ...{ code_verifier: pkce.verifier, client_id: client.client_id },
      }
      return post(world, '/oauth2/token', form, presented === undefined ? {} : { 'key-header': presented })
    }
    expectJsonError(await redeem({ key_hash: hash }, {}), 400, 'invalid_grant')
    expectJsonError(await redeem({}, { 'key-header': key }, 'z'.repeat(43)), 400, 'invalid_grant')
    expect((await redeem({}, { 'key-header': key }, key)).status).toBe(200)
    expect((await redeem({ key_hash: hash }, { 'key-header': key }, key)).status).toBe(200)
    const other = requestOf(client, createPkce(), { scope: 'openid', key_hash: 'a'.repeat(43) })
    expectJsonError(await post(world, pushPath, other, { 'key-header': key }), 400, 'invalid_request')
    expectJsonError(await post(world, pushPath, other, { 'key-header': 'short' }), 422, 'invalid_key_header')
  })
})
