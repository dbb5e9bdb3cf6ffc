import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  claimsOf,
  createPkce,
  exchangeCode,
  getTokens,
  postAs,
  refresh,
  registerConfidential,
} from '../support/client.ts'
import { api, createQuickWorld } from '../support/tokens.ts'
import { createWorld, issuer, type WorldOptions } from '../support/world.ts'

const files = 'https://files.example.com/v1'
const userinfo = `${issuer}/oauth2/userinfo`
const ask = 'notes:read offline_access'

/** The audience of the access token, or `opaque`. */
async function audienceOf(options: WorldOptions, scope: string, token: Record<string, string> = {}): Promise<unknown> {
  const world = createQuickWorld(options)
  const client = await registerConfidential(world)
  const { access_token } = await getTokens(world, client, { scope }, token)
  return access_token.includes('.') ? claimsOf(access_token).aud : 'opaque'
}

describe('the resource of requests that name none', () => {
  test('the only resource stands in for clients that ask for more than signing in', async () => {
    expect(await audienceOf({ validAudiences: [api] }, ask)).toBe(api)
    expect(await audienceOf({ validAudiences: [issuer, api] }, `openid ${ask}`)).toEqual([api, userinfo])
  })

  test('a request that only signs the user in gets no token for the API, which would take it for the access of its user', async () => {
    expect(await audienceOf({ validAudiences: [api] }, 'openid profile email offline_access')).toBe('opaque')
  })

  test('a request that only signs the user in may still name the resource', async () => {
    expect(await audienceOf({ validAudiences: [api] }, 'openid', { resource: api })).toEqual([api, userinfo])
  })

  test('of several resources none stands in, and with the issuer alone the token is for this server', async () => {
    expect(await audienceOf({ validAudiences: [api, files] }, ask)).toBe('opaque')
    expect(await audienceOf({ validAudiences: undefined }, ask)).toBe('opaque')
    expect(await audienceOf({ validAudiences: [issuer] }, ask)).toBe('opaque')
  })

  test('defaultResource says which one stands in, in the configured spelling, also for signing in', async () => {
    const options = { validAudiences: [api, files], defaultResource: `${files}/` }
    expect(await audienceOf(options, ask)).toBe(files)
    expect(await audienceOf(options, 'openid')).toEqual([files, userinfo])
    expect(await audienceOf(options, ask, { resource: files })).toBe(files)
  })

  test('defaultResource: false, or bindResources: false alone, leave the token opaque (seed)', async () => {
    expect(await audienceOf({ validAudiences: [api], defaultResource: false }, ask)).toBe('opaque')
    expect(await audienceOf({ validAudiences: [api], bindResources: false }, ask)).toBe('opaque')
    const both: WorldOptions = { validAudiences: [api, files], bindResources: false, defaultResource: api }
    expect(await audienceOf(both, ask)).toBe(api)
    expect(await audienceOf(both, ask, { resource: files })).toBe(files)
  })

  test('it is bound to the grant like one that the client named: the consent page shows it, and a refresh keeps it', async () => {
    const world = createQuickWorld({ validAudiences: [api] })
    const client = await registerConfidential(world)
    const tokens = await getTokens(world, client, { scope: ask })
    const [consent] = await world.storage.consents.list({ userId: 'user-alice' })
    expect(consent?.resources).toEqual([api])
    expect(claimsOf((await refresh(world, client, tokens.refresh_token)).body.access_token).aud).toBe(api)
  })

  test('a grant of an older server, without resources, gets it at the next refresh', async () => {
    const before = createQuickWorld({ validAudiences: [api], bindResources: false })
    const client = await registerConfidential(before)
    const tokens = await getTokens(before, client, { scope: ask })
    const now = createQuickWorld({ validAudiences: [api], storage: before.storage })
    expect(claimsOf((await refresh(now, client, tokens.refresh_token)).body.access_token).aud).toBe(api)
  })

  test('a machine gets a token for it, too, if it may have the resource', async () => {
    const world = createQuickWorld({ validAudiences: [api] })
    const client = await registerConfidential(world)
    const { body } = await postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials' })
    expect(claimsOf(body.access_token).aud).toBe(api)
  })

  test('a defaultResource that is no audience of the server is an error at start that says where to add it', () => {
    expect(() => createWorld({ defaultResource: 'https://other.example' })).toThrow(
      new TypeError('defaultResource https://other.example is not in validAudiences: add it there'),
    )
  })

  test('an unknown resource is refused before the user has to sign in, and the code flow never begins', async () => {
    const world = createQuickWorld({ validAudiences: [api] })
    const client = await registerConfidential(world)
    const url = authorizeUrl(world, client, createPkce(), { scope: ask, resource: 'https://evil.test' })
    const response = await world.browser().request(url)
    const location = new URL(String(response.headers.get('location')))
    expect(location.searchParams.get('error')).toBe('invalid_target')
  })

  test('the exchange of a code may name it in another spelling', async () => {
    const world = createQuickWorld({ validAudiences: [`${api}/mcp`] })
    const client = await registerConfidential(world)
    const authorized = await authorize(world, client, { scope: ask, resource: `${api}/mcp/` })
    const { body } = await exchangeCode(world, client, authorized, { resource: 'HTTPS://API.example.com/mcp' })
    expect(claimsOf(body.access_token).aud).toBe(`${api}/mcp`)
  })
})
