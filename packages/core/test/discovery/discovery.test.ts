import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  credentials,
  exchangeCode,
  post,
  registerConfidential,
} from '../support/client.ts'
import { send } from '../support/expectations.ts'
import { alice, baseUrl, createWorld, type World } from '../support/world.ts'

const openid = '/.well-known/openid-configuration'
const oauth = '/.well-known/oauth-authorization-server'

async function textAt(world: World, url: string): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await world.provider.fetch(new Request(url))
  return { status: response.status, text: await response.text(), headers: response.headers }
}

describe.each([
  ['the default', undefined, '/auth'],
  ['an empty', '', ''],
  ['a nested', '/tenants/one/auth', '/tenants/one/auth'],
  ['a slashed', '/auth/', '/auth'],
])('discovery with %s basePath', (_name, basePath, path) => {
  const world = createWorld({ basePath })

  test('the issuer is baseUrl + basePath, without a trailing slash', () => {
    expect(world.issuer).toBe(baseUrl + path)
  })

  test.each([openid, oauth])('%s answers the same bytes appended and inserted', async (wellKnown) => {
    const appended = await textAt(world, baseUrl + path + wellKnown)
    const inserted = await textAt(world, baseUrl + wellKnown + path)
    for (const { status, headers } of [appended, inserted]) {
      expect(status).toBe(200)
      expect(headers.get('content-type')).toBe('application/json')
      expect(headers.get('access-control-allow-origin')).toBe('*')
    }
    expect(inserted.text).toBe(appended.text)
    expect(JSON.parse(appended.text).issuer).toBe(world.issuer)
  })

  test('a bare root document exists only when the issuer has no path', async () => {
    for (const wellKnown of [openid, oauth]) {
      expect((await textAt(world, baseUrl + wellKnown)).status).toBe(path === '' ? 200 : 404)
    }
  })

  test('what both documents say is the same; provider.metadata is the OpenID one', async () => {
    const full = JSON.parse((await textAt(world, baseUrl + path + openid)).text)
    const short = JSON.parse((await textAt(world, baseUrl + path + oauth)).text)
    expect(full).toMatchObject(short)
    expect(world.provider.metadata).toEqual(full)
    expect(full).toMatchObject({
      issuer: world.issuer,
      authorization_endpoint: `${world.issuer}/oauth2/authorize`,
      token_endpoint: `${world.issuer}/oauth2/token`,
      userinfo_endpoint: `${world.issuer}/oauth2/userinfo`,
      revocation_endpoint: `${world.issuer}/oauth2/revoke`,
      introspection_endpoint: `${world.issuer}/oauth2/introspect`,
      jwks_uri: `${world.issuer}/jwks`,
      subject_types_supported: ['public'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
      claims_parameter_supported: true,
      response_modes_supported: ['query', 'fragment', 'form_post'],
      display_values_supported: ['page'],
    })
    expect(full.id_token_signing_alg_values_supported).toContain('RS256')
    expect(full.introspection_endpoint_auth_methods_supported).not.toContain('none')
  })

  test('every URL that is advertised answers, and matches says so', async () => {
    const { body } = await send(world, baseUrl + path + openid)
    const urls = Object.entries(body).filter(([name]) => /_endpoint$|_uri$/.test(name)) as [string, string][]
    expect(urls.map(([name]) => name).sort()).toEqual([
      'authorization_endpoint',
      'introspection_endpoint',
      'jwks_uri',
      'revocation_endpoint',
      'token_endpoint',
      'userinfo_endpoint',
    ])
    for (const [name, url] of urls) {
      expect(world.provider.matches(new Request(url)), name).toBe(true)
      expect((await send(world, url)).status, name).not.toBe(404)
    }
    expect((await send(world, body.jwks_uri)).body.keys.length).toBeGreaterThan(0)
  })

  test('a client that knows nothing but discovery gets its tokens and uses them', async () => {
    const { body: metadata } = await send(world, baseUrl + path + openid)
    const below = (url: string): string => url.slice(world.issuer.length)
    const client = await registerConfidential(world, { skip_consent: true })
    const browser = world.browser()
    browser.signIn(alice)
    const { body: tokens } = await exchangeCode(world, client, await authorize(world, client, {}, { browser }))
    expect(authorizeUrl(world, client, createPkce()).startsWith(metadata.authorization_endpoint)).toBe(true)
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    expect((await send(world, metadata.userinfo_endpoint, { headers })).status).toBe(200)
    const own = credentials(client).headers
    const token = tokens.refresh_token
    expect((await post(world, below(metadata.introspection_endpoint), { token }, own)).body.active).toBe(true)
    const refreshing = { grant_type: 'refresh_token', refresh_token: token }
    const refreshed = await post(world, below(metadata.token_endpoint), refreshing, own)
    expect(refreshed.status).toBe(200)
    const revoked = await post(world, below(metadata.revocation_endpoint), { token: refreshed.body.refresh_token }, own)
    expect(revoked.status).toBe(200)
    expect((await send(world, metadata.userinfo_endpoint, { headers })).status).toBe(401)
  })

  test('an unknown path is 404 JSON', async () => {
    for (const unknown of ['/oauth2/nothing', '/oauth2/nothing/', '/OAUTH2/TOKEN', '/']) {
      const answer = await send(world, baseUrl + path + unknown)
      expect([answer.status, answer.body.error]).toEqual([404, 'not_found'])
    }
  })

  test('a path with a slash too many is 404 JSON, where Next.js redirects first', async () => {
    const answer = await send(world, `${baseUrl}${path}/oauth2//token`)
    expect(answer.status).toBe(process.env.OAUTH_TEST_THROUGH === 'next' ? 308 : 404)
  })
})

test('what a client may advertise of prompts follows the pages that there are', async () => {
  const plain = createWorld({ signupUrl: undefined })
  expect(plain.provider.metadata.prompt_values_supported).toEqual(['login', 'consent', 'create', 'none'])
  const all = createWorld({ selectAccountUrl: '/accounts' })
  expect(all.provider.metadata.prompt_values_supported).toEqual([
    'login',
    'consent',
    'create',
    'select_account',
    'none',
  ])
})

test('a server for machines alone advertises and serves nothing of the code flow', async () => {
  const world = createWorld({ grantTypes: ['client_credentials'], loginUrl: undefined, consentUrl: undefined })
  expect(world.provider.metadata).toMatchObject({ grant_types_supported: ['client_credentials'] })
  expect(world.provider.metadata.response_types_supported).toEqual([])
  for (const name of ['authorization_endpoint', 'userinfo_endpoint', 'code_challenge_methods_supported']) {
    expect(world.provider.metadata).not.toHaveProperty(name)
  }
  for (const path of ['/oauth2/authorize', '/oauth2/userinfo', openid]) {
    expect((await send(world, world.issuer + path)).status).toBe(404)
  }
  expect(world.provider.metadata.token_endpoint_auth_methods_supported).toEqual([
    'client_secret_basic',
    'client_secret_post',
  ])
})

test('basePath and baseUrl that cannot make an issuer are refused at start-up', () => {
  for (const baseUrl of [
    'id.example.com',
    'http://id.example.com',
    'https://id.example.com?x=1',
    'https://u:p@a.test',
  ]) {
    expect(() => createWorld({ baseUrl }), baseUrl).toThrow(TypeError)
  }
  for (const basePath of ['auth', '/auth?x', '/auth#x', '//auth', '/a//b', '/a b', '/%61']) {
    expect(() => createWorld({ basePath }), basePath).toThrow(TypeError)
  }
  expect(createWorld({ baseUrl: 'http://localhost:3000', basePath: undefined }).issuer).toBe(
    'http://localhost:3000/auth',
  )
})
