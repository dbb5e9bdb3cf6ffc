import type { ClientMetadata } from '@oauth/core'
import { fapi2SecurityProfile } from '@oauth/core/features/fapi2'
import { describe, expect, test } from 'vitest'
import { getTokens, postAs, redirectUri, registerConfidential } from '../../support/client.ts'
import { clientKey, lastReason } from '../../support/client-keys.ts'
import {
  ask,
  editClient,
  expectErrorPage,
  expectErrorRedirect,
  expectJsonError,
  send,
} from '../../support/expectations.ts'
import {
  clientOf,
  codeOf,
  fapiClient,
  fapiFeatures,
  fapiOptions,
  fapiWorld,
  plainWorld,
  pushAs,
  tokenAs,
} from '../../support/fapi2.ts'
import { createQuickWorld } from '../../support/tokens.ts'
import { alice } from '../../support/world.ts'

const machine = { grant_type: 'client_credentials', scope: 'notes:read' }
const chosen = { security_profile: 'fapi2-security-profile' }
const open = { allowDynamicClientRegistration: true, allowUnauthenticatedClientRegistration: true }

describe('a client that was registered before the profile', () => {
  test('a client with a secret gets nothing once the profile holds for it, and its refresh token is not used up (F01)', async () => {
    const before = plainWorld()
    const client = await registerConfidential(before)
    const { refresh_token } = await getTokens(before, client)
    const world = fapiWorld({}, { beside: before, storage: before.storage })
    const refresh = { grant_type: 'refresh_token', refresh_token }
    expectJsonError(await postAs(world, client, '/oauth2/token', refresh), 401, 'invalid_client')
    expect(lastReason(world)).toContain('security profile')
    expectErrorRedirect(world, await ask(world, client), redirectUri, 'invalid_request')
    expect((await postAs(before, client, '/oauth2/token', refresh)).status).toBe(200)
  })

  test('a public client cannot push a request, refresh or introspect (F01)', async () => {
    const before = plainWorld()
    const client = await registerConfidential(before, {
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
    })
    const world = fapiWorld({}, { beside: before, storage: before.storage })
    for (const path of ['/oauth2/par', '/oauth2/token', '/oauth2/introspect', '/oauth2/revoke']) {
      expectJsonError(await postAs(world, client, path, { token: 'a' }), 401, 'invalid_client')
    }
  })
})

test.each<[string, ClientMetadata['application_type'], number]>([
  ['a web client', 'web', 400],
  ['a native client', 'native', 201],
])(
  'a redirect URI with http on a loopback address, from before the profile, of %s is held to the rule of its type %s: %i',
  async (_, application_type, status) => {
    const before = plainWorld()
    const plain = 'http://127.0.0.1/callback'
    const { registered, key } = await fapiClient(before, { redirect_uris: [plain], application_type })
    const world = fapiWorld({}, { beside: before, storage: before.storage })
    expect((await pushAs(clientOf(world, registered, key), { redirect_uri: plain })).status).toBe(status)
  },
)

describe('the clients that a profile holds for', () => {
  test('with chosen clients the profile holds for them alone', async () => {
    const world = fapiWorld({ clients: 'chosen' })
    expect(world.provider.metadata.require_pushed_authorization_requests).toBeUndefined()
    expect(world.provider.metadata.token_endpoint_auth_methods_supported).toContain('client_secret_basic')
    const free = await registerConfidential(world)
    expect((await getTokens(world, free)).token_type).toBe('Bearer')
    const bound = await fapiClient(world, chosen)
    expect(bound.registered).toMatchObject(chosen)
    expectJsonError(await tokenAs(bound, machine, { proof: undefined }), 400, 'invalid_request')
    expectErrorRedirect(world, await ask(world, bound.registered), redirectUri, 'invalid_request')
  })

  test('a function decides by the metadata of a client, at registration and at each request', async () => {
    const clients = ({ scope }: ClientMetadata) => scope.split(' ').includes('notes:write')
    const world = fapiWorld({ clients })
    const free = await registerConfidential(world, { scope: 'openid notes:read' })
    expect((await postAs(world, free, '/oauth2/token', machine)).status).toBe(200)
    await expect(registerConfidential(world)).rejects.toThrow('the security profile fapi2-security-profile holds')
    const bound = await fapiClient(world, { scope: 'openid notes:read notes:write' })
    expectJsonError(await tokenAs(bound, machine, { proof: undefined }), 400, 'invalid_request')
    await expect(world.provider.updateClient(free.client_id, { scope: 'openid notes:write' })).rejects.toThrow(
      'the security profile fapi2-security-profile holds',
    )
  })

  test.each([undefined, 'yes', 1, Promise.resolve(false)])(
    'an answer %o of the function is an error of the server and not a client without the profile',
    async (answer) => {
      let reply: unknown = true
      const world = fapiWorld({ clients: () => reply as boolean })
      const client = await fapiClient(world)
      reply = answer
      expect((await tokenAs(client, machine)).status).toBe(500)
    },
  )

  test('a client neither sets nor removes its own profile', async () => {
    const world = fapiWorld({ clients: 'chosen' }, open)
    const { publicJwk } = await clientKey()
    const input = {
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [publicJwk] },
      scope: 'openid',
    }
    const key = await clientKey()
    const json = (body: object, headers = {}) => ({
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    const initial = await world.provider.createInitialAccessToken({ expiresIn: 60 })
    const registered = await send(world, `${world.issuer}/oauth2/register`, {
      method: 'POST',
      ...json({ ...input, ...chosen }, { authorization: `Bearer ${initial}` }),
    })
    expect([registered.status, registered.body.security_profile]).toEqual([201, undefined])
    const { client_id, registration_access_token, registration_client_uri } = registered.body
    await world.provider.updateClient(client_id, chosen)
    const replaced = await send(world, registration_client_uri, {
      method: 'PUT',
      ...json(
        { ...input, client_id, client_name: 'Other', security_profile: null },
        { authorization: `Bearer ${registration_access_token}` },
      ),
    })
    expect([replaced.status, replaced.body.security_profile]).toEqual([200, chosen.security_profile])
    const client = clientOf(world, replaced.body, key)
    expectJsonError(await pushAs(client, { scope: 'openid', redirect_uri: undefined }), 400, 'invalid_request')
  })

  test('a profile that the server does not have is not registered, and neither is one that nobody knows', async () => {
    const world = fapiWorld({ clients: 'chosen' })
    const other = { security_profile: 'fapi2-message-signing' }
    await expect(fapiClient(world, other)).rejects.toThrow('security_profile fapi2-message-signing needs')
    await expect(fapiClient(world, { security_profile: 'fapi1' })).rejects.toThrow('security_profile')
    await expect(fapiClient(plainWorld(), chosen)).rejects.toThrow('security_profile: is not known')
  })
})

describe('a process without the profile', () => {
  test('a process without the profile serves nothing to the clients that it was chosen for', async () => {
    const world = fapiWorld({ clients: 'chosen' })
    const client = await fapiClient(world, chosen)
    const { refresh_token } = (await tokenAs(client, (await codeOf(client)).form)).body
    const without = plainWorld({ beside: world, storage: world.storage })
    const there = clientOf(without, client.registered, client.key)
    expectJsonError(await tokenAs(there, machine), 401, 'invalid_client')
    expectJsonError(await tokenAs(there, { grant_type: 'refresh_token', refresh_token }), 401, 'invalid_client')
    expectJsonError(await pushAs(there), 401, 'invalid_client')
    expect(lastReason(without)).toBe('this process does not have the security profile fapi2-security-profile')
    const browser = without.browser()
    browser.signIn(alice)
    expectErrorRedirect(
      without,
      await ask(without, client.registered, {}, { browser }),
      redirectUri,
      'unauthorized_client',
    )
    expect((await tokenAs(client, { grant_type: 'refresh_token', refresh_token })).status).toBe(200)
  })
})

describe('ways around the profile', () => {
  test('a request without client_id whose parameters are elsewhere is refused (F02)', async () => {
    const world = createQuickWorld({
      ...fapiOptions,
      features: [...fapiFeatures(), fapi2SecurityProfile({ clients: 'chosen' })],
      requestUriResolver: () => ({ client_id: 'somebody', response_type: 'code' }),
    })
    const url = `${world.issuer}/oauth2/authorize?request_uri=https%3A%2F%2Fapp.example.com%2Fr`
    await expectErrorPage(await world.browser().request(url), 400, 'invalid_request')
  })

  test('a token of a grant that a stored client edited by hand has is bound as well (F07)', async () => {
    const world = fapiWorld({ clients: 'chosen' })
    const free = await fapiClient(world)
    const { form } = await codeOf(free)
    await editClient(world, free.registered.client_id, ({ metadata }) => ({ metadata: { ...metadata, ...chosen } }))
    expectJsonError(await tokenAs(free, form, { proof: undefined }), 400, 'invalid_request')
    expect((await tokenAs(free, form)).body.token_type).toBe('DPoP')
  })
})
