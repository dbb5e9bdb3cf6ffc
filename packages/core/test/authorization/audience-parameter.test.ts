import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { describe, expect, test } from 'vitest'
import {
  claimsOf,
  createPkce,
  credentials,
  exchangeCode,
  getTokens,
  post,
  postAs,
  redirectUri,
  refresh,
  registerConfidential,
} from '../support/client.ts'
import { requestObjectWorld } from '../support/request-objects.ts'
import { exchangeWorld, signedIn } from '../support/token-exchange.ts'
import { api, createQuickWorld } from '../support/tokens.ts'
import { alice, issuer, type World, type WorldOptions } from '../support/world.ts'

const files = 'https://files.example.com/v1'
const scope = 'notes:read offline_access'
const asResource = { audienceParameter: 'resource' } as const

/** The audience of an access token, or `opaque`. */
const audienceOf = (token: string): unknown => (token.includes('.') ? claimsOf(token).aud : 'opaque')

async function tokenOf(options: WorldOptions, sent: Record<string, string>, token: Record<string, string> = {}) {
  const world = createQuickWorld(options)
  const client = await registerConfidential(world)
  const { access_token, refresh_token } = await getTokens(world, client, { scope, ...sent }, token)
  return { world, client, aud: audienceOf(access_token), refresh_token }
}

const notices = (world: World) => world.events.filter(({ type }) => type === 'request.audience_ignored')

describe('audience without the option audienceParameter', () => {
  test('is ignored, the token is opaque as before, and an event says what to change', async () => {
    const { world, client, aud } = await tokenOf({}, { audience: api })
    expect(aud).toBe('opaque')
    expect(notices(world)).toEqual([
      {
        type: 'request.audience_ignored',
        request: 'authorization',
        clientId: client.client_id,
        audience: api,
        problem:
          "the server ignores audience: set the option audienceParameter to 'resource', or let the client send resource",
      },
    ])
  })

  test('leaves the sole resource in place, which stands in as if nothing was named', async () => {
    expect((await tokenOf({ validAudiences: [api] }, { audience: api })).aud).toBe(api)
    expect((await tokenOf({ validAudiences: [issuer, api] }, { audience: 'notes' })).aud).toBe(api)
  })

  test('brings no token for the sole resource to a request that only signs the user in, and the event says so', async () => {
    const { world, aud } = await tokenOf({ validAudiences: [api] }, { scope: 'openid profile email', audience: api })
    expect(aud).toBe('opaque')
    expect(notices(world)).toMatchObject([{ audience: api }])
  })

  test('leaves the default resource in place, at every grant type', async () => {
    const options = { validAudiences: [api, files], defaultResource: files }
    const { world, client, aud, refresh_token } = await tokenOf(options, { audience: files }, { audience: files })
    expect(aud).toBe(files)
    expect(audienceOf((await refresh(world, client, refresh_token, { audience: files })).body.access_token)).toBe(files)
    const machine = { grant_type: 'client_credentials', audience: files }
    expect(audienceOf((await postAs(world, client, '/oauth2/token', machine)).body.access_token)).toBe(files)
  })
})

describe("audienceParameter: 'resource'", () => {
  test('reads audience at the authorization endpoint: it is bound to the grant, and a refresh keeps it', async () => {
    const { world, client, aud, refresh_token } = await tokenOf(asResource, { audience: api })
    expect(aud).toBe(api)
    const [consent] = await world.storage.consents.list({ userId: 'user-alice' })
    expect(consent?.resources).toEqual([api])
    expect(audienceOf((await refresh(world, client, refresh_token)).body.access_token)).toBe(api)
    expect(notices(world)).toEqual([])
  })

  test('reads audience at the token endpoint, at every grant type, in any spelling of the resource', async () => {
    const { world, client, aud, refresh_token } = await tokenOf(
      asResource,
      {},
      { audience: 'HTTPS://API.example.com/' },
    )
    expect(aud).toBe(api)
    const other = await refresh(world, client, refresh_token, { audience: files })
    expect(audienceOf(other.body.access_token)).toBe(files)
    const machine = { grant_type: 'client_credentials', audience: api }
    expect(audienceOf((await postAs(world, client, '/oauth2/token', machine)).body.access_token)).toBe(api)
  })

  test('may come with both requests, as Auth0’s clients send it', async () => {
    expect((await tokenOf(asResource, { audience: api }, { audience: api })).aud).toBe(api)
  })

  test('works for a request that only signs the user in', async () => {
    const { aud } = await tokenOf(asResource, { scope: 'openid', audience: api })
    expect(aud).toEqual([api, `${issuer}/oauth2/userinfo`])
  })

  test('reads it inside a signed request object', async () => {
    const made = await requestObjectWorld({}, {}, { ...asResource, features: [jwtSecuredRequests()] })
    const { world, client, pkce, browser, sign, url } = made
    const request = await sign({ scope: 'notes:read', audience: api })
    const { url: end } = await browser.visit(url({ request }), { user: alice, accept: true })
    const authorized = { code: String(new URL(end).searchParams.get('code')), pkce }
    const { body } = await exchangeCode(world, client, { ...authorized, parameters: new URLSearchParams(), browser })
    expect(audienceOf(body.access_token)).toBe(api)
  })

  test('reads it in the parameters behind a request_uri, as a pushed request has them', async () => {
    const pkce = createPkce()
    const stored: Record<string, string> = {
      ...{ response_type: 'code', redirect_uri: redirectUri, scope: 'notes:read', audience: api },
      ...{ code_challenge: pkce.challenge, code_challenge_method: 'S256' },
    }
    const requestUriResolver = (_uri: string, client_id: string | undefined) => ({
      ...stored,
      client_id: `${client_id}`,
    })
    const world = createQuickWorld({ ...asResource, requestUriResolver })
    const client = await registerConfidential(world)
    const query = new URLSearchParams({ client_id: client.client_id, request_uri: 'urn:example:pushed' })
    const browser = world.browser()
    const { url } = await browser.visit(`${world.issuer}/oauth2/authorize?${query}`, { user: alice, accept: true })
    const parameters = new URL(url).searchParams
    const { body } = await exchangeCode(world, client, {
      ...{ code: String(parameters.get('code')), pkce, parameters, browser },
    })
    expect(audienceOf(body.access_token)).toBe(api)
  })

  test('is ignored where the server does not know the resource, and an event names it', async () => {
    const { world, aud } = await tokenOf(asResource, { audience: 'https://tenant.example/api/v2/' })
    expect(aud).toBe('opaque')
    expect(notices(world)).toEqual([
      expect.objectContaining({
        audience: 'https://tenant.example/api/v2/',
        problem: 'the option validAudiences does not have it: add it there, or change the client',
      }),
    ])
  })

  test('leaves the audience of a token exchange alone, and tells nothing about it', async () => {
    const { world, ask } = await signedIn({}, asResource)
    const { status, body } = await ask()
    expect([status, claimsOf(body.access_token).aud]).toEqual([200, 'https://auth.chat.example'])
    expect(notices(world)).toEqual([])
  })

  test('takes the known ones of several, where a feature allows audience to be repeated', async () => {
    const world = exchangeWorld({}, asResource)
    const client = await registerConfidential(world)
    const { headers } = credentials(client)
    const asked = [api, 'https://elsewhere.example', files].map((audience) => ['audience', audience])
    const form = new URLSearchParams([['grant_type', 'client_credentials'], ...asked])
    const { body } = await post(world, '/oauth2/token', form, headers)
    expect(audienceOf(body.access_token)).toEqual([api, files])
    expect(notices(world)).toEqual([
      expect.objectContaining({ audience: 'https://elsewhere.example', request: 'token' }),
    ])
  })
})

describe('the option audienceParameter', () => {
  test('has no other values than resource and ignore', () => {
    expect(() => createQuickWorld({ audienceParameter: true as unknown as 'ignore' })).toThrow(
      /^option audienceParameter: /,
    )
  })
})
