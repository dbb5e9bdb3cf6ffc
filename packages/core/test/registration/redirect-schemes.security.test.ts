import { describe, expect, test } from 'vitest'
import { expectJsonError } from '../support/expectations.ts'
import {
  configure,
  fromOwnPage,
  openWorld,
  redirectUris,
  register,
  registered,
  repeated,
} from '../support/registration.ts'
import { rpcOf } from '../support/rpc.ts'
import { alice, createWorld, type World } from '../support/world.ts'

const withPeriod = ['com.example.app:/cb', 'com.example.app://host/cb', 'app.example:cb', 'COM.example.app:/cb']
const ofAgents = [
  'cursor://anysphere.cursor-mcp/oauth/callback',
  'vscode://vscode.mcp/oauth/callback',
  'vscode-insiders://x/cb',
  'windsurf://x/cb',
  'warp://mcp/oauth2callback',
]
const withoutPeriod = ['myapp:/cb', 'myapp://x.example/cb', 'cursor2:/cb', 'vscode-x:/cb', 'myapp.:/cb', 'a..b:/cb']
const dangerous = [
  ...['ms-msdt:/id', 'MS-MSDT:/id', 'ms-settings:x', 'ms-officecmd:x', 'search-ms:query=x', 'search:x', 'shell:x'],
  ...['microsoft-edge:https', 'microsoft.windows.camera:x', 'x-apple.systempreferences:x', 'itms-services://x/y'],
  ...[
    'tel:+1',
    'sms:+1',
    'callto:x',
    'facetime:x',
    'mailto:a@a.example',
    'chrome://settings',
    'chrome-extension://x/y',
  ],
  ...[
    'moz-extension://x/y',
    'edge://settings',
    'feed:javascript:alert(1)',
    'view-source:https://a.example',
    'about:blank',
  ],
  ...['jar:https://a.example!/x', 'intent://x', 'android-app://x/y', 'content://x', 'market://details', 'jnlp://x/y'],
  ...['ssh://a.example/x', 'ldap://a.example/x', 'smb://a.example/x', 'com.example.app:javascript:alert(1)'],
]

/** Every way in which someone other than the host sets a redirect URI. Each returns the error code, if any. */
const outsiders: Readonly<Record<string, (world: World, uri: string) => Promise<string | undefined>>> = {
  'an anonymous registration': async (world, uri) => (await register(world, { redirect_uris: [uri] })).body.error,
  'a registration with an initial access token': async (world, uri) => {
    const token = await world.provider.createInitialAccessToken({ expiresIn: 60 })
    return (await register(world, { redirect_uris: [uri] }, { authorization: `Bearer ${token}` })).body.error
  },
  'a registration by a user': async (world, uri) => {
    return (await register(world, { redirect_uris: [uri] }, fromOwnPage(world))).body.error
  },
  'a replaced registration': async (world, uri) => {
    const client = await registered(world)
    const changes = { redirect_uris: [uri], application_type: 'native' }
    return (await configure(world, client, 'PUT', repeated(client, changes))).body.error
  },
  'create-client': async (world, uri) => {
    return (await rpcOf(world, alice).post('/oauth2/create-client', { redirect_uris: [uri] })).body.error
  },
  'update-client': async (world, uri) => {
    const rpc = rpcOf(world, alice)
    const { body } = await rpc.post('/oauth2/create-client', { redirect_uris: ['com.example.app:/cb'] })
    const update = { redirect_uris: ['com.example.app:/cb', uri] }
    return (await rpc.post('/oauth2/update-client', { client_id: body.client_id, update })).body.error
  },
}

describe.each(Object.entries(outsiders))('by %s', (_name, redirectTo) => {
  test('a private-use scheme has a period or is that of a known agent (A11)', async () => {
    const world = openWorld()
    for (const uri of [...withPeriod, ...ofAgents])
      expect([uri, await redirectTo(world, uri)]).toEqual([uri, undefined])
    for (const uri of withoutPeriod) expect([uri, await redirectTo(world, uri)]).toEqual([uri, 'invalid_redirect_uri'])
  })

  test('clientRegistrationRedirectSchemes allows more schemes, and those of agents stay (A11)', async () => {
    const world = openWorld({ clientRegistrationRedirectSchemes: ['myapp'] })
    for (const uri of ['myapp:/cb', 'MyApp:/cb', ofAgents[0] as string]) {
      expect([uri, await redirectTo(world, uri)]).toEqual([uri, undefined])
    }
    expect(await redirectTo(world, 'myapp2:/cb')).toBe('invalid_redirect_uri')
  })

  test('a scheme on which the system itself acts is refused (A12)', async () => {
    const world = openWorld()
    for (const uri of dangerous) expect([uri, await redirectTo(world, uri)]).toEqual([uri, 'invalid_redirect_uri'])
  })
})

test('post_logout_redirect_uris follow the same rule (A11)', async () => {
  const world = openWorld()
  const body = { redirect_uris: ['com.example.app:/cb'] }
  const said = async (uri: string) => (await register(world, { ...body, post_logout_redirect_uris: [uri] })).body
  expect((await said('com.example.app:/bye')).error).toBeUndefined()
  for (const uri of ['myapp:/bye', 'ms-msdt:/id']) {
    const { error, error_description } = await said(uri)
    expect(error).toBe('invalid_client_metadata')
    expect(error_description).toContain(uri)
  }
})

test('the error says what to register instead (A11)', async () => {
  const answer = await register(openWorld(), { redirect_uris: ['myapp:/cb'] })
  expectJsonError(answer, 400, 'invalid_redirect_uri')
  expect(answer.body.error_description).toBe(
    "Redirect URI 'myapp:/cb' must have a scheme with a period, for instance com.example.myapp, or use https",
  )
})

test('the server side and administrators may register a scheme without a period, and no dangerous one (A11, A12)', async () => {
  const world = createWorld({ authorizeAdmin: () => true })
  const admin = rpcOf(world, alice)
  const created = await world.provider.registerClient({ redirect_uris: ['myapp:/cb'] })
  await world.provider.updateClient(created.client_id, { redirect_uris: ['myapp:/cb', 'other:/cb'] })
  const byAdmin = await admin.post('/admin/oauth2/create-client', { redirect_uris: ['myapp:/cb'] })
  expect(byAdmin.status).toBe(201)
  const { client_id } = byAdmin.body
  const update = { redirect_uris: ['other:/cb'] }
  expect((await admin.post('/admin/oauth2/update-client', { client_id, update })).status).toBe(200)
  for (const uri of dangerous) {
    const refused = { code: 'invalid_redirect_uri' }
    await expect(world.provider.registerClient({ redirect_uris: [uri] }), uri).rejects.toMatchObject(refused)
    const changed = world.provider.updateClient(created.client_id, { redirect_uris: [uri] })
    await expect(changed, uri).rejects.toMatchObject(refused)
  }
})

test('Windows hands an answer back under ms-app and ms-appx-web, which the server side may register (A12)', async () => {
  const world = createWorld()
  const redirect_uris = ['ms-app://s-1-15-2-1/', 'ms-appx-web://microsoft.aad.brokerplugin/x']
  expect((await world.provider.registerClient({ redirect_uris })).redirect_uris).toEqual(redirect_uris)
})

test('an owner keeps a scheme that an administrator has given, and gets no other like it (A11)', async () => {
  const world = openWorld()
  const rpc = rpcOf(world, alice)
  const { client_id } = (await rpc.post('/oauth2/create-client', { redirect_uris: ['com.example.app:/cb'] })).body
  const given = ['com.example.app:/cb', 'myapp:/cb']
  await world.provider.updateClient(client_id, { redirect_uris: given, post_logout_redirect_uris: ['myapp:/bye'] })
  const change = async (update: object) => (await rpc.post('/oauth2/update-client', { client_id, update })).status
  expect(await change({ client_name: 'Renamed' })).toBe(200)
  expect(await change({ redirect_uris: ['myapp:/cb'] })).toBe(200)
  expect(await change({ redirect_uris: ['myapp:/other'] })).toBe(400)
  expect(await change({ redirect_uris: ['myapp:/bye'] })).toBe(400)
  expect((await world.provider.getClient(client_id))?.metadata.redirect_uris).toEqual(['myapp:/cb'])
})

test('a client with one private-use scheme is native without saying so, as Cursor registers (A11)', async () => {
  const redirect_uris = [
    ...ofAgents.slice(0, 1),
    'https://www.cursor.com/agents/mcp/oauth/callback',
    'http://localhost:8787/callback',
  ]
  const { status, body } = await register(openWorld(), { redirect_uris, token_endpoint_auth_method: 'none' })
  expect([status, body.application_type]).toEqual([201, 'native'])
  const web = await register(openWorld(), { redirect_uris, application_type: 'web' })
  expectJsonError(web, 400, 'invalid_redirect_uri')
})

test('one loopback URI makes a public client native, and a confidential one only when it has no other (A04)', async () => {
  const mixed = { redirect_uris: [...redirectUris, 'http://localhost:1/cb'] }
  const { body } = await register(openWorld(), mixed)
  expect([body.token_endpoint_auth_method, body.application_type]).toEqual(['none', 'native'])
  const world = createWorld()
  expect(await world.provider.registerClient(mixed)).toMatchObject({ application_type: 'web' })
  const alone = { redirect_uris: ['http://localhost:1/cb'] }
  expect(await world.provider.registerClient(alone)).toMatchObject({ application_type: 'native' })
  const said = { ...mixed, application_type: 'web' } as const
  expect((await register(openWorld(), said)).body).toMatchObject(said)
})

test.each(['MyApp', 'myapp:', 'my app', '', 'https', 'http', 'ms-msdt', 'javascript', 'tel'])(
  'clientRegistrationRedirectSchemes: %j is refused at start-up (A11)',
  (scheme) => {
    expect(() => createWorld({ clientRegistrationRedirectSchemes: [scheme] })).toThrow(
      /clientRegistrationRedirectSchemes/,
    )
  },
)
