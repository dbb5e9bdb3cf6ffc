import { OAuthError } from '@oauth/core'
import type { Feature } from '@oauth/core/feature'
import { describe, expect, test } from 'vitest'
import { claimsOf, exchangeCode, postAs, redirectUri } from '../../support/client.ts'
import { expectErrorPage } from '../../support/expectations.ts'
import { answerTo, authorizeWith, pushPath } from '../../support/pushed-requests.ts'
import { requestObjectWorld } from '../../support/request-objects.ts'
import { api } from '../../support/tokens.ts'
import { alice } from '../../support/world.ts'
import { refused, taken, waysWorld } from './ways.ts'

type Loose = { readonly [name: string]: unknown }

/** Reads `authorization_details` as JSON and says them in the token answer, in small as RFC 9396 has them. */
function details(): Feature<'details'> {
  return {
    name: 'details',
    start: () => ({
      authorizationParameters: [
        {
          name: 'authorization_details',
          keptWith: 'grant',
          parse(parameters) {
            const text = parameters.get('authorization_details')
            if (text === undefined) return undefined
            const value: unknown = JSON.parse(text)
            if (Array.isArray(value)) return value
            throw new OAuthError('invalid_request', 'authorization_details must be a list')
          },
        },
      ],
      tokenMembers: [
        {
          name: 'authorization_details',
          valueOf: ({ grant }) => grant?.extra?.authorization_details,
          inTokenAnswer: true,
        },
      ],
      repeatable: ['tenant'],
    }),
  }
}

describe('the parameters in a request object', () => {
  const resource = [api, 'https://files.example.com/v1']
  const authorizationDetails = [{ type: 'payment', amount: { value: 12.5 } }]
  const json = {
    claims: { id_token: { email: { essential: true } } },
    authorization_details: authorizationDetails,
    resource,
    max_age: 1000,
    scope: 'openid offline_access',
  }

  test('claims, authorization_details, resource and max_age count as JSON values, pushed or not (J08)', async () => {
    const made = await waysWorld({}, {}, { features: [details()], bindResources: true, idTokenScopeClaims: false })
    const { world, client, browser, pkce, sign, url } = made
    const pushed = await postAs(world, client, pushPath, { request: await sign(json) })
    const pages = [url({ request: await sign(json) }), authorizeWith(world, client, pushed.body.request_uri)]
    for (const page of pages) {
      const parameters = await answerTo(browser, page)
      const code = parameters.get('code') ?? ''
      const { body } = await exchangeCode(world, client, { code, pkce, parameters, browser })
      expect(body.authorization_details).toEqual(authorizationDetails)
      expect(claimsOf(body.access_token).aud).toEqual([...resource, `${world.issuer}/oauth2/userinfo`])
      expect(claimsOf(body.id_token)).toMatchObject({ email: alice.email, auth_time: expect.any(Number) })
    }
  })

  test('max_age as a number asks for a new sign-in, and resource may be one text (J08)', async () => {
    const { world, browser, sign, sendEachWay } = await waysWorld()
    browser.signIn(alice)
    world.clock.advance(100)
    expect(await sendEachWay(await sign({ max_age: 50, resource: api }))).toEqual(taken)
    expect(await sendEachWay(await sign({ max_age: 0 }))).toEqual(taken)
    expect(await sendEachWay(await sign({ max_age: 1000, prompt: 'none' }))).not.toEqual(taken)
  })

  test.each<[Loose, string]>([
    [{ max_age: -1 }, 'invalid_request'],
    [{ max_age: 1.5 }, 'invalid_request'],
    [{ max_age: 1e30 }, 'invalid_request'],
    [{ max_age: [1] }, 'invalid_request'],
    [{ max_age: true }, 'invalid_request'],
    [{ claims: [] }, 'invalid_request'],
    [{ claims: 'x' }, 'invalid_request'],
    [{ resource: [api, 7] }, 'invalid_request_object'],
    [{ resource: { a: 1 } }, 'invalid_target'],
    [{ scope: ['openid'] }, 'invalid_scope'],
    [{ redirect_uri: [redirectUri] }, 'page 400'],
  ])('the JSON value %j is a registered error, and no failure of the server (J08)', async (claims: Loose, error) => {
    const { sign, sendEachWay } = await waysWorld()
    const outcomes = await sendEachWay(await sign(claims))
    expect(outcomes.request).toBe(error)
    expect(outcomes.requestUri).toBe(error)
    expect(outcomes.pushed).toBe(error === 'page 400' ? 'invalid_request' : error)
  })

  test('a list counts as a repeated parameter for the parameters that features let repeat (J08)', async () => {
    const seen: (readonly string[])[] = []
    const tenants: Feature<'tenants'> = {
      name: 'tenants',
      start: () => ({
        repeatable: ['tenant'],
        authorizationParameters: [
          {
            name: 'tenant',
            parse(parameters) {
              seen.push(parameters.all('tenant'))
              return undefined
            },
          },
        ],
      }),
    }
    const { sign, sendEachWay } = await waysWorld({}, {}, { features: [tenants] })
    expect(await sendEachWay(await sign({ tenant: ['a', 'b'] }))).toEqual(taken)
    expect(seen.length).toBeGreaterThanOrEqual(3)
    for (const values of seen) expect(values).toEqual(['a', 'b'])
    expect(await sendEachWay(await sign({ tenant: ['a', 7] }))).toEqual(refused)
  })

  test('nothing beside the object is used, not even state, nonce and response_mode (J13)', async () => {
    const made = await waysWorld()
    const { world, client, browser, pkce, sign, url, loginPages } = made
    const beside = {
      state: 'outer-state',
      nonce: 'outer-nonce',
      response_mode: 'form_post',
      scope: 'openid notes:write',
      login_hint: 'mallory',
      prompt: 'login',
      redirect_uri: `${redirectUri}/elsewhere`,
      acr_values: 'urn:weak',
      code_challenge: 'x'.repeat(43),
      claims: '{"id_token":{"email":null}}',
    }
    const bare = { state: undefined, nonce: undefined, login_hint: undefined }
    for (const { pathname, searchParams } of await loginPages(await sign(bare), beside)) {
      expect(pathname).toBe('/login')
      expect(searchParams.get('scope')).toBe('openid email')
      for (const name of ['login_hint', 'prompt', 'acr_values']) expect(searchParams.get(name)).toBeNull()
    }
    const pushed = await postAs(world, client, pushPath, { ...beside, request: await sign(bare) })
    const pages = [
      url({ ...beside, request: await sign(bare) }),
      authorizeWith(world, client, pushed.body.request_uri, beside),
    ]
    for (const page of pages) {
      const parameters = await answerTo(browser, page)
      expect(parameters.has('state')).toBe(false)
      const code = parameters.get('code') ?? ''
      const { body } = await exchangeCode(world, client, { code, pkce, parameters, browser })
      expect(claimsOf(body.id_token).nonce).toBeUndefined()
      expect(body.scope).toBe('openid email')
    }
  })
})

describe('the metadata and the repetition', () => {
  test('discovery names what request objects need, and require_signed_request_object where it is so (J10)', async () => {
    const { world } = await waysWorld({ signingAlgorithms: ['PS256', 'ES256'], required: true })
    const documents = ['openid-configuration', 'oauth-authorization-server'].map(
      (name) => `${world.issuer}/.well-known/${name}`,
    )
    for (const document of documents) {
      const response = await world.provider.fetch(new Request(document))
      expect(await response.json()).toMatchObject({
        request_parameter_supported: true,
        request_uri_parameter_supported: true,
        require_request_uri_registration: true,
        request_object_signing_alg_values_supported: ['PS256', 'ES256'],
        require_signed_request_object: true,
      })
    }
    const optional = await requestObjectWorld()
    expect(optional.world.provider.metadata).not.toHaveProperty('require_signed_request_object')
  })

  test('a request object counts again on a reload, and a pushed one ends with its answer (J12)', async () => {
    const { world, client, browser, sign, url } = await waysWorld()
    const request = await sign()
    for (let count = 0; count < 2; count++) {
      const response = await browser.request(url({ request }))
      expect(response.headers.get('location')).toMatch(/\/login\?/)
    }
    const pushed = await postAs(world, client, pushPath, { request })
    const page = authorizeWith(world, client, pushed.body.request_uri)
    expect((await answerTo(browser, page)).get('code')).toEqual(expect.any(String))
    await expectErrorPage(await browser.request(page), 400, 'invalid_request_uri')
  })
})
