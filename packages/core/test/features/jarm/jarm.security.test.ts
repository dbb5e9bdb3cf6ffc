import { jarm } from '@oauth/core/features/jarm'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { memoryStorage } from '@oauth/core/memory'
import { decodeProtectedHeader } from 'jose'
import { describe, expect, test } from 'vitest'
import {
  authorizeUrl,
  claimsOf,
  createPkce,
  getTokens,
  isActive,
  post,
  postAs,
  redirectUri,
  registerConfidential,
  userinfo,
} from '../../support/client.ts'
import { assertionType } from '../../support/client-keys.ts'
import { ask, editClient, expectErrorPage, expectErrorRedirect, expectJsonError } from '../../support/expectations.ts'
import { readFormPost, scriptsOf } from '../../support/form-post.ts'
import { jarmWorld, readQuery, readResponse } from '../../support/jarm.ts'
import { encodeJson, serverKey, signAs } from '../../support/keys.ts'
import { createQuickWorld, introspect } from '../../support/tokens.ts'
import { alice, createWorld, type World } from '../../support/world.ts'

const scope = 'openid'

/** Goes to the consent page of a request, and returns its URL. */
async function untilConsent(world: World, client: { readonly client_id: string }, response_mode?: string) {
  const browser = world.browser()
  const url = authorizeUrl(world, client, createPkce(), { scope, response_mode })
  return { browser, page: (await browser.visit(url, { user: alice })).url }
}

/** A signed response with a code for Alice. */
async function signedResponse(world: World = jarmWorld({}, { features: [privateKeyJwt()] })) {
  const client = await registerConfidential(world)
  const url = authorizeUrl(world, client, createPkce(), { scope, response_mode: 'jwt' })
  const { url: end } = await world.browser().visit(url, { user: alice, accept: true })
  return { world, client, jwt: new URL(end).searchParams.get('response') as string }
}

describe('a signed response that is changed or that is for somebody else', () => {
  test('a changed code, another audience, an old response and another signature do not verify (R03)', async () => {
    const { world, client, jwt } = await signedResponse()
    const [header, payload = '', signature] = jwt.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const changed = `${header}.${encodeJson({ ...claims, code: 'attacker' })}.${signature}`
    await expect(readResponse(world, client, changed)).rejects.toThrow('signature')
    const other = await registerConfidential(world)
    await expect(readResponse(world, other, jwt)).rejects.toThrow('aud')
    world.clock.advance(301)
    await expect(readResponse(world, client, jwt)).rejects.toThrow('exp')
  })

  test('a parameter of the request cannot set a claim of the response (R03)', async () => {
    const { world, client } = await signedResponse()
    const state = '","iss":"https://evil.example.com","aud":"x","exp":99999999999,"code":"attacker'
    const response = await ask(world, client, { scope, response_mode: 'jwt', state, prompt: 'none' })
    const { claims } = await readQuery(world, client, response.headers.get('location'))
    expect(claims).toMatchObject({ iss: world.issuer, aud: client.client_id, state, error: 'login_required' })
    expect(claims).not.toHaveProperty('code')
  })

  test('state with HTML never reaches the page of form_post.jwt as text (R11)', async () => {
    const { world, client } = await signedResponse()
    for (const state of [
      '"><script>alert(1)</script>',
      "' onfocus='alert(1)",
      '</form><form action="https://evil/">',
    ]) {
      const response = await ask(world, client, { scope, response_mode: 'form_post.jwt', state, prompt: 'none' })
      const { html, fields } = await readFormPost(response)
      expect(html).not.toMatch(/alert|evil/)
      expect(scriptsOf(html)).toHaveLength(1)
      expect((await readResponse(world, client, fields.response)).claims.state).toBe(state)
    }
  })
})

describe('a signed response that is presented as another JWT', () => {
  test('the JWT has neither typ nor sub nor iat (R10)', async () => {
    const { world, client, jwt } = await signedResponse()
    expect(decodeProtectedHeader(jwt)).toEqual({ alg: 'ES256', kid: expect.any(String) })
    const { claims } = await readResponse(world, client, jwt)
    for (const name of ['sub', 'iat', 'client_id', 'nonce', 'scope']) expect(claims).not.toHaveProperty(name)
  })

  test('the JWT is no access token, refresh token, code or client assertion (R10)', async () => {
    const { world, client, jwt } = await signedResponse()
    expect(await isActive(world, jwt)).toBe(false)
    expect((await userinfo(world, jwt)).status).toBe(401)
    expect((await introspect(world, client, jwt)).body).toEqual({ active: false })
    for (const form of [
      { grant_type: 'refresh_token', refresh_token: jwt },
      { grant_type: 'authorization_code', code: jwt, code_verifier: 'x'.repeat(43), redirect_uri: redirectUri },
    ]) {
      expectJsonError(await postAs(world, client, '/oauth2/token', form), 400, 'invalid_grant')
    }
    const asserted = { client_assertion_type: assertionType, client_assertion: jwt, client_id: client.client_id }
    const answer = await post(world, '/oauth2/token', { grant_type: 'client_credentials', ...asserted })
    expectJsonError(answer, 401, 'invalid_client')
  })

  test('a client whose id is a resource with accessTokenTyp JWT gets none: the API would take it for an access token (R10)', async () => {
    const plain = 'https://plain.example.com'
    for (const accessTokenTyp of ['JWT', 'at+jwt'] as const) {
      const world = jarmWorld({}, { validAudiences: [plain], resourceOptions: { [plain]: { accessTokenTyp } } })
      const client = await registerConfidential(world, { client_id: `${plain}/` })
      const response = await ask(world, client, { scope: 'notes:read', response_mode: 'jwt', prompt: 'none' })
      const { searchParams } = new URL(String(response.headers.get('location')))
      expect([searchParams.has('response'), searchParams.get('error')]).toEqual(
        accessTokenTyp === 'JWT' ? [false, 'invalid_request'] : [true, null],
      )
    }
  })

  test('the claims of an access token under the header of a signed response are no access token (R10)', async () => {
    const world = jarmWorld()
    const client = await registerConfidential(world)
    const { access_token } = await getTokens(world, client, {}, { resource: 'https://api.example.com' })
    const key = await serverKey(world, 'ES256')
    expect(await isActive(world, await signAs(key, claimsOf(access_token)))).toBe(true)
    expect(await isActive(world, await signAs(key, claimsOf(access_token), { typ: undefined }))).toBe(false)
  })
})

describe('a client that must ask for a signed response', () => {
  test('a repeated response_mode gets a signed error and no code (R09)', async () => {
    const world = jarmWorld()
    const client = await registerConfidential(world, { require_signed_authorization_response: true })
    const url = authorizeUrl(world, client, createPkce(), { scope, response_mode: 'jwt' })
    const response = await world.browser().request(`${url}&response_mode=query`)
    const { claims } = await readQuery(world, client, response.headers.get('location'))
    expect(claims.error).toBe('invalid_request')
  })

  test('a requirement that comes during the interaction is held: the plain response has no code, and is signed (R09)', async () => {
    const world = jarmWorld()
    const client = await registerConfidential(world)
    for (const accept of [true, false]) {
      await editClient(world, client.client_id, ({ metadata }) => ({
        metadata: { ...metadata, require_signed_authorization_response: false },
      }))
      const { browser, page } = await untilConsent(world, client)
      await editClient(world, client.client_id, ({ metadata }) => ({
        metadata: { ...metadata, require_signed_authorization_response: true },
      }))
      const response = await browser.consent(page, accept)
      const { claims } = await readQuery(world, client, response.headers.get('location'))
      expect(claims.error).toBe(accept ? 'invalid_request' : 'access_denied')
      expect(claims).not.toHaveProperty('code')
    }
  })

  test('a process without the feature does not serve the client at all, and the event names the feature (R09)', async () => {
    const storage = memoryStorage()
    const client = await registerConfidential(jarmWorld({}, { storage }), {
      require_signed_authorization_response: true,
    })
    const without = createQuickWorld({ storage })
    for (const response_mode of [undefined, 'query']) {
      const response = await ask(without, client, { scope, response_mode })
      expectErrorRedirect(without, response, redirectUri, 'unauthorized_client')
    }
    const reasons = without.events.map((event) => ('cause' in event ? String(event.cause) : '')).join()
    expect(reasons).toContain('install the feature jarm() from @oauth/core/features/jarm')
  })
})

describe('a response that cannot be signed', () => {
  test('an interaction that began with jarm gets no code in the clear from a process without it (R04)', async () => {
    const storage = memoryStorage()
    const world = jarmWorld({}, { storage })
    const client = await registerConfidential(world)
    const { browser, page } = await untilConsent(world, client, 'jwt')
    const without = createQuickWorld({ storage, beside: world })
    const other = without.browser()
    for (const [name, value] of browser.cookies) other.cookies.set(name, value)
    const response = await other.consent(page, true)
    const answer = expectErrorRedirect(without, response, redirectUri, 'invalid_request')
    expect(answer.get('error_description')).toContain('the response modes are query, fragment, form_post')
    expect(without.events.some(({ type }) => type === 'code.issued')).toBe(false)
  })

  test('an algorithm that this process lacks is invalid_request before the user signs in (R05)', async () => {
    const storage = memoryStorage()
    const both = createWorld({ storage, idTokenSigningAlgorithms: ['ES256', 'EdDSA'], features: [jarm()] })
    const client = await registerConfidential(both, { authorization_signed_response_alg: 'EdDSA' })
    const fewer = jarmWorld({}, { storage })
    const response = await ask(fewer, client, { scope, response_mode: 'jwt' })
    const answer = expectErrorRedirect(fewer, response, redirectUri, 'invalid_request')
    expect(answer.get('error_description')).toContain('authorization_signed_response_alg EdDSA')
  })

  test('a client that is deleted during the interaction gets nothing, and the user a page (R04)', async () => {
    const world = jarmWorld()
    const client = await registerConfidential(world)
    const { browser, page } = await untilConsent(world, client, 'jwt')
    await world.provider.deleteClient(client.client_id)
    const response = await browser.consent(page, false)
    expect([response.status >= 400, response.headers.get('location')]).toEqual([true, null])
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  })

  test('a signing key that fails shows the user a page, and the event has the reason (R04)', async () => {
    const storage = memoryStorage()
    const { signingKeys } = storage
    let broken = false
    const failing = {
      ...storage,
      signingKeys: {
        ...signingKeys,
        list: async () => {
          if (broken) throw new Error('the key vault is away')
          return signingKeys.list()
        },
      },
    }
    const world = jarmWorld({}, { storage: failing })
    const client = await registerConfidential(world)
    const { browser, page } = await untilConsent(world, client, 'jwt')
    broken = true
    world.clock.advance(200)
    const html = await expectErrorPage(await browser.consent(page, true), 500, 'server_error')
    expect(html).not.toContain('vault')
    const causes = world.events.flatMap((event) => (event.type === 'request.failed' ? [String(event.cause)] : []))
    expect(causes.join()).toContain('the key vault is away')
  })
})
