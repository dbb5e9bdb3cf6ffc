import { describe, expect, test } from 'vitest'
import { expectJsonError } from '../support/expectations.ts'
import {
  configure,
  fromOwnPage,
  openWorld,
  redirectUris,
  register,
  repeated,
  withMachines,
} from '../support/registration.ts'
import { watchStorage } from '../support/watched-storage.ts'
import type { World, WorldOptions } from '../support/world.ts'

const minimal = { redirect_uris: redirectUris }

function lenientWorld(options: WorldOptions = {}): World {
  return openWorld({ clientRegistrationSubstitutes: true, ...options })
}

describe('what is dangerous is refused and never replaced (G01)', () => {
  test.each([
    ['a redirect URI that runs a script', { redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
    [
      'one bad redirect URI among good ones',
      { redirect_uris: [...redirectUris, 'http://evil.example/cb'] },
      'invalid_redirect_uri',
    ],
    ['an empty redirect URI', { redirect_uris: [...redirectUris, ''] }, 'invalid_redirect_uri'],
    ['a redirect URI with a fragment', { redirect_uris: ['https://client.example.com/cb#x'] }, 'invalid_redirect_uri'],
    [
      'a private-use scheme of a web client',
      { redirect_uris: ['cursor://x/cb'], application_type: 'web' },
      'invalid_redirect_uri',
    ],
    ['no redirect URI', { redirect_uris: [] }, 'invalid_redirect_uri'],
    ['skip_consent', { skip_consent: true }, 'invalid_client_metadata'],
    ['skip_consent: false', { skip_consent: false }, 'invalid_client_metadata'],
    ['leaving out PKCE', { require_pkce: false }, 'invalid_client_metadata'],
    ['a logo that is a script', { logo_uri: 'javascript:alert(1)' }, 'invalid_client_metadata'],
    ['a logo that is a page', { logo_uri: 'data:text/html,x' }, 'invalid_client_metadata'],
    ['a logo that hides its scheme', { logo_uri: ' java\tscript:alert(1)' }, 'invalid_client_metadata'],
    ['a bad URI after logout', { post_logout_redirect_uris: ['http://evil.example/'] }, 'invalid_client_metadata'],
    [
      'a page that starts sign-ins without https',
      { initiate_login_uri: 'http://client.example.com/' },
      'invalid_client_metadata',
    ],
    ['an unsigned ID token', { id_token_signed_response_alg: 'none' }, 'invalid_client_metadata'],
    ['pairwise subjects that the server lacks', { subject_type: 'pairwise' }, 'invalid_client_metadata'],
  ])('%s (G01)', async (_name, wrong, code) => {
    const { storage, writes } = watchStorage()
    const world = lenientWorld({ storage })
    for (const headers of [{}, fromOwnPage(world)]) {
      expectJsonError(await register(world, { ...minimal, ...wrong }, headers), 400, code)
    }
    expect(writes).toEqual([])
  })
})

describe('a request of which nothing useful would be left is refused (G01)', () => {
  test.each([
    [
      'the implicit grant alone',
      { grant_types: ['implicit'], response_types: ['token'] },
      'unsupported grant_type implicit',
    ],
    [
      'a refresh token without a grant to refresh',
      { grant_types: ['implicit', 'refresh_token'] },
      'unsupported grant_type implicit',
    ],
    ['foreign response types alone', { response_types: ['token'] }, 'unsupported response_type token'],
    [
      'machine tokens for nobody',
      { grant_types: ['client_credentials'] },
      'client_credentials grant requires authenticated',
    ],
  ])('%s (G01)', async (_name, wrong, description) => {
    const { storage, writes } = watchStorage()
    const answer = await register(lenientWorld({ storage }), { ...minimal, ...wrong })
    expectJsonError(answer, 400, 'invalid_client_metadata')
    expect(answer.body.error_description).toContain(description)
    expect(writes).toEqual([])
  })
})

test('substitution gives a client nothing that it could not have registered (G01)', async () => {
  const world = lenientWorld({
    ...withMachines,
    clientRegistrationAllowedScopes: ['openid', 'notes:read'],
  })
  const greedy = {
    ...minimal,
    scope: 'openid notes:write admin offline_access',
    grant_types: ['authorization_code', 'client_credentials', 'password'],
    token_endpoint_auth_method: 'client_secret_basic',
    enable_end_session: true,
    user_id: 'alice',
    metadata: { trusted: true },
  }
  const { body } = await register(world, greedy)
  expect(body).toMatchObject({
    scope: 'openid',
    grant_types: ['authorization_code'],
    token_endpoint_auth_method: 'none',
    require_pkce: true,
  })
  expect(body).not.toHaveProperty('client_secret')
  const row = await world.provider.getClient(body.client_id)
  expect(row).toMatchObject({ secrets: [], registeredBy: 'anonymous' })
  expect(row).not.toHaveProperty('userId')
  for (const name of ['enable_end_session', 'metadata', 'skip_consent']) expect(row?.metadata).not.toHaveProperty(name)
  // A client without a scope may ask for what it could have named, and for nothing else.
  expect((await register(world, minimal)).body.scope).toBe('openid notes:read')
  const put = await configure(
    world,
    body,
    'PUT',
    repeated(body, { scope: greedy.scope, grant_types: greedy.grant_types }),
  )
  expect(put.body).toMatchObject({ scope: 'openid', grant_types: ['authorization_code'] })
})

test('a member named like one that every object has is unknown, in the event as well (G06)', async () => {
  const world = lenientWorld()
  const odd =
    '{"redirect_uris":["https://client.example.com/callback"],"constructor":"x","toString":["y"],"__proto__":"z"}'
  expect((await register(world, odd)).status).toBe(201)
  expect(world.events.filter(({ type }) => type === 'client.metadata_substituted')).toEqual([])
})

test.each([
  ['turns what follows around', 'Claude \u202eelpmaxe.live'],
  ['isolates what follows', 'Claude \u2067'],
  ['begins a new line', 'Claude\u2028Verified by the bank'],
  ['is a control character', 'Claude \u009b1m'],
])('a name with a character that %s on a consent page is refused (G01)', async (_name, client_name) => {
  expectJsonError(await register(lenientWorld(), { ...minimal, client_name }), 400, 'invalid_client_metadata')
})

test('names in scripts from right to left, and emoji of several characters, are names', async () => {
  for (const client_name of ['\u200fשלום עולם', 'می‌خواهم', '👩‍💻 Agent']) {
    expect((await register(lenientWorld(), { ...minimal, client_name })).body.client_name).toBe(client_name)
  }
})

test('the event has no control characters and is bounded, whatever was asked for (G06)', async () => {
  const world = lenientWorld()
  const long = Array.from({ length: 50 }, (_, n) => `urn:${'x'.repeat(200)}:${n}`)
  const { status } = await register(world, {
    ...minimal,
    grant_types: ['authorization_code', ...long.slice(1)],
    logo_uri: 'http://client.example.com/\u{1f600}"',
    'unknown\u0007': '',
  })
  expect(status).toBe(201)
  const event = world.events.find(({ type }) => type === 'client.metadata_substituted')
  const texts = JSON.stringify(event)
  expect(texts.length).toBeLessThan(1000)
  expect(texts).not.toMatch(/unknown|\\u|\u{1f600}/u)
})
