import { describe, expect, test } from 'vitest'
import {
  type Answer,
  authorize,
  authorizeUrl,
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
import { expectErrorRedirect, expectJsonError } from '../support/expectations.ts'
import { codeForm, plainScope, prepare } from '../support/prepared.ts'
import { alice, createWorld, issuer } from '../support/world.ts'

const api = 'https://api.example.com'
const files = 'https://files.example.com/v1'

describe('default scopes', () => {
  test('a client that asks for none gets what it registered, but no offline_access', async () => {
    const world = createWorld()
    const client = await registerConfidential(world, { scope: 'openid notes:read offline_access' })
    const tokens = await getTokens(world, client, { scope: undefined })
    expect(tokens.scope).toBe('openid notes:read')
    expect(tokens).not.toHaveProperty('refresh_token')
  })

  test('a client that requests no scope gets those of defaultScopes that it registered', async () => {
    const world = createWorld({ defaultScopes: ['openid', 'notes:read'] })
    const client = await registerConfidential(world, { scope: 'email notes:read openid' })
    expect((await getTokens(world, client, { scope: undefined })).scope.split(' ').sort()).toEqual([
      'notes:read',
      'openid',
    ])
    expect((await getTokens(world, client, { scope: '' })).scope.split(' ').sort()).toEqual(['notes:read', 'openid'])
  })

  test('a client that registers none may ask for defaultScopes, or else for the standard ones', async () => {
    const withDefaults = createWorld({ defaultScopes: ['openid', 'notes:read'] })
    expect((await registerConfidential(withDefaults, { scope: undefined })).scope).toBe('openid notes:read')
    const without = await registerConfidential(createWorld(), { scope: undefined })
    expect(without.scope).toBe('openid profile email address phone offline_access')
  })

  test('without any scope in common the request fails with invalid_scope (RFC 6749 section 3.3)', async () => {
    const world = createWorld({ defaultScopes: ['openid'] })
    const client = await registerConfidential(world, { scope: 'notes:read' })
    const browser = world.browser()
    browser.signIn(alice)
    const response = await browser.request(authorizeUrl(world, client, createPkce(), { scope: undefined }))
    expectErrorRedirect(world, response, redirectUri, 'invalid_scope')
  })

  test('a machine gets what it registered that is not about users', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const machine = { grant_type: 'client_credentials' }
    expect((await postAs(world, client, '/oauth2/token', machine)).body.scope).toBe('notes:read notes:write')
    const one = await postAs(world, client, '/oauth2/token', { ...machine, scope: 'notes:write' })
    expect(one.body.scope).toBe('notes:write')
    for (const scope of ['unheard:of', 'notes:read "', 'openid', 'NOTES:READ']) {
      expectJsonError(await postAs(world, client, '/oauth2/token', { ...machine, scope }), 400, 'invalid_scope')
    }
  })
})

describe('resource', () => {
  const audience = ({ body }: Answer): unknown => claimsOf(body.access_token).aud

  test('one resource makes the audience a string, with or without a trailing slash, in the configured spelling', async () => {
    const { world, client } = await prepare()
    const machine = { grant_type: 'client_credentials' }
    for (const resource of [api, `${api}/`]) {
      const answer = await postAs(world, client, '/oauth2/token', { ...machine, resource })
      expect(audience(answer)).toBe(api)
    }
    expect(audience(await postAs(world, client, '/oauth2/token', { ...machine, resource: `${files}/` }))).toBe(files)
  })

  test('several resources are each an audience once, with the userinfo endpoint when openid was granted', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const { headers } = credentials(client)
    const several = `&resource=${encodeURIComponent(api)}&resource=${encodeURIComponent(files)}&resource=${encodeURIComponent(`${api}/`)}`
    const plain = codeForm(await authorize(world, client, { scope: 'notes:read' }))
    expect(audience(await post(world, '/oauth2/token', plain + several, headers))).toEqual([api, files])
    const openid = codeForm(await authorize(world, client, { scope: 'openid' }))
    const answer = await post(world, '/oauth2/token', openid + several, headers)
    expect(audience(answer)).toEqual([api, files, `${issuer}/oauth2/userinfo`])
  })

  test('without a resource, or with an empty one, the token is opaque', async () => {
    const { world, client } = await prepare()
    for (const resource of [undefined, '']) {
      const { body } = await postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials', resource })
      expect(body.access_token).not.toContain('.')
    }
  })

  test.each([
    'https://evil.test',
    `${api}/deeper`,
    `${api}//`,
    `${api}?x=1`,
    `${api}#x`,
    'https://api.example.com/Deeper',
    'http://api.example.com',
    'api.example.com',
    'not a uri',
    'https://files.example.com',
    '*',
  ])('%s is invalid_target for every grant type, and changes nothing', async (resource) => {
    const { world, client, authorized, tokens, writes } = await prepare()
    const machine = { grant_type: 'client_credentials', resource }
    expectJsonError(await postAs(world, client, '/oauth2/token', machine), 400, 'invalid_target')
    expectJsonError(await exchangeCode(world, client, authorized, { resource }), 400, 'invalid_target')
    expectJsonError(await refresh(world, client, tokens.refresh_token, { resource }), 400, 'invalid_target')
    expect(writes).toEqual([])
    expect((await exchangeCode(world, client, authorized)).status).toBe(200)
    const refreshed = await refresh(world, client, tokens.refresh_token, { resource: api })
    expect(audience(refreshed)).toBe(api)
  })

  test('one good and one bad resource together are invalid_target', async () => {
    const { world, client, authorized, headers, writes } = await prepare()
    const both = `&resource=${encodeURIComponent(api)}&resource=${encodeURIComponent('https://evil.test')}`
    const answer = await post(world, '/oauth2/token', codeForm(authorized) + both, headers)
    expectJsonError(answer, 400, 'invalid_target')
    expect(writes).toEqual([])
    expect((await exchangeCode(world, client, authorized)).status).toBe(200)
  })

  test.each(['https://API.example.com', 'HTTPS://Api.Example.com/'])(
    'capital letters in scheme and host of a resource make no difference: %s',
    async (resource) => {
      const { world, client } = await prepare()
      const answer = await postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials', resource })
      expect(audience(answer)).toBe(api)
    },
  )

  test('with bindResources: false the authorization endpoint ignores resource (decision 18)', async () => {
    const world = createWorld({ bindResources: false })
    const client = await registerConfidential(world)
    const tokens = await getTokens(world, client, { scope: plainScope, resource: 'https://evil.test' })
    expect(tokens.access_token).not.toContain('.')
  })

  test('without validAudiences the issuer is the only audience', async () => {
    const world = createWorld({ validAudiences: undefined })
    const client = await registerConfidential(world)
    const machine = { grant_type: 'client_credentials' }
    expect(audience(await postAs(world, client, '/oauth2/token', { ...machine, resource: issuer }))).toBe(issuer)
    const refused = await postAs(world, client, '/oauth2/token', { ...machine, resource: api })
    expectJsonError(refused, 400, 'invalid_target')
  })
})
