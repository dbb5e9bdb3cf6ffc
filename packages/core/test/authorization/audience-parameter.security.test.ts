import { describe, expect, test } from 'vitest'
import { assertionWorld } from '../support/assertions.ts'
import {
  authorizeUrl,
  claimsOf,
  createPkce,
  getTokens,
  postAs,
  redirectUri,
  refresh,
  registerConfidential,
} from '../support/client.ts'
import { expectErrorRedirect, expectJsonError } from '../support/expectations.ts'
import { api, createQuickWorld } from '../support/tokens.ts'
import { alice, type World } from '../support/world.ts'

const files = 'https://files.example.com/v1'
const scope = 'notes:read offline_access'
const asResource = { audienceParameter: 'resource' } as const

const notices = (world: World) => world.events.filter(({ type }) => type === 'request.audience_ignored')

describe('audience as resource', () => {
  test('does not widen a request that names a resource, in either request (C08)', async () => {
    const world = createQuickWorld(asResource)
    const client = await registerConfidential(world)
    const bound = await getTokens(world, client, { scope, resource: api, audience: files })
    expect(claimsOf(bound.access_token).aud).toBe(api)
    const both = { grant_type: 'client_credentials', resource: api, audience: files }
    const { body } = await postAs(world, client, '/oauth2/token', both)
    expect(claimsOf(body.access_token).aud).toBe(api)
    expect(notices(world)).toEqual([
      expect.objectContaining({ request: 'authorization', audience: files }),
      expect.objectContaining({ request: 'token', audience: files }),
    ])
  })

  test('does not widen a grant: a refresh with the audience of another API is invalid_target (C08)', async () => {
    const world = createQuickWorld(asResource)
    const client = await registerConfidential(world)
    const { refresh_token } = await getTokens(world, client, { scope, audience: api })
    expectJsonError(await refresh(world, client, refresh_token, { audience: files }), 400, 'invalid_target')
    // Nothing was consumed.
    const again = await refresh(world, client, refresh_token, { audience: api })
    expect(claimsOf(again.body.access_token).aud).toBe(api)
  })

  test('gives a machine no resource that the policy of its registration does not allow (G15)', async () => {
    const world = createQuickWorld({
      ...asResource,
      clientRegistrationMachineAccess: { scopes: ['notes:read'], resources: [files] },
    })
    const client = await registerConfidential(world)
    const stored = await world.storage.clients.find(client.client_id)
    if (stored === undefined) throw new Error('not stored')
    await world.storage.clients.replace(
      { ...stored, registeredBy: 'user', version: stored.version + 1 },
      stored.version,
    )
    world.clock.advance(60)
    const form = { grant_type: 'client_credentials', scope: 'notes:read', audience: api }
    expectJsonError(await postAs(world, client, '/oauth2/token', form), 400, 'invalid_target')
  })

  test('stays within the bounds of an assertion of another issuer (B01)', async () => {
    const mapClaims = () => ({ userId: alice.id, resources: [api] })
    const { make, ask } = await assertionWorld({ entry: { mapClaims }, world: asResource })
    expect(claimsOf((await ask(await make(), { audience: api })).body.access_token).aud).toBe(api)
    expectJsonError(await ask(await make(), { audience: files }), 400, 'invalid_target')
  })

  test('is checked like resource: with strict a token request may not name what the grant does not have (C08)', async () => {
    const world = createQuickWorld({ ...asResource, bindResources: 'strict' })
    const client = await registerConfidential(world)
    const { refresh_token } = await getTokens(world, client, { scope })
    expectJsonError(await refresh(world, client, refresh_token, { audience: api }), 400, 'invalid_target')
  })

  test.each(['audience=%E0%A4%A&audience=x', 'audience=a&audience=b'])(
    'a repeated audience is invalid_request at the authorization endpoint: %s',
    async (query) => {
      const world = createQuickWorld(asResource)
      const client = await registerConfidential(world)
      const url = `${authorizeUrl(world, client, createPkce(), { scope })}&${query}`
      const browser = world.browser()
      expectErrorRedirect(world, await browser.request(url), redirectUri, 'invalid_request')
      expect(notices(world)).toEqual([])
    },
  )
})

describe('the event request.audience_ignored', () => {
  const machine = (audience: string) => ({ grant_type: 'client_credentials', audience })

  test('is told once an hour for each client and kind of request, whatever the client sends (G33)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    for (let n = 0; n < 20; n++) await postAs(world, client, '/oauth2/token', machine(`https://api.example/${n}`))
    expect(notices(world)).toHaveLength(1)
    await postAs(world, await registerConfidential(world), '/oauth2/token', machine(api))
    expect(notices(world)).toHaveLength(2)
    world.clock.advance(3600)
    await postAs(world, client, '/oauth2/token', machine(api))
    expect(notices(world)).toHaveLength(3)
  })

  test('is not told to a log by callers who have not authenticated (G33)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    await postAs(world, { ...client, client_secret: 'x'.repeat(43) }, '/oauth2/token', machine(api))
    await postAs(world, { ...client, client_id: 'unknown' }, '/oauth2/token', machine(api))
    expect(notices(world)).toEqual([])
  })

  test('names a thousand clients an hour at most (G33)', async () => {
    const world = createQuickWorld()
    const { client_id } = await registerConfidential(world)
    const stored = await world.storage.clients.find(client_id)
    if (stored === undefined) throw new Error('not stored')
    const ids = Array.from({ length: 1010 }, (_, n) => `client-${n}`)
    for (const id of ids) {
      const metadata = { ...stored.metadata, token_endpoint_auth_method: 'none' as const }
      await world.storage.clients.insert({ ...stored, id, metadata, secrets: [] })
    }
    const ask = (id: string) => {
      const url = authorizeUrl(world, { client_id: id }, createPkce(), { scope: 'notes:read', audience: files })
      return world.browser().request(url)
    }
    for (const id of ids) await ask(id)
    expect(notices(world)).toHaveLength(1000)
    world.clock.advance(3600)
    await ask('client-1009')
    expect(notices(world)).toHaveLength(1001)
  })

  test('has a shortened audience without control characters (G07)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    await postAs(world, client, '/oauth2/token', machine(`evil\r\nlog: line\u202e${'x'.repeat(5000)}`))
    const [event] = notices(world)
    const audience = event !== undefined && 'audience' in event ? event.audience : ''
    expect(audience.length).toBeLessThan(600)
    expect(audience).toMatch(/^[\x20-\x7e]+$/)
  })
})
