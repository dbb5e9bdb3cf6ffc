import type { ClientInput, ClientMetadata } from '@oauth/core'
import { fapi2SecurityProfile } from '@oauth/core/features/fapi2'
import { jarm } from '@oauth/core/features/jarm'
import { jwtIntrospection } from '@oauth/core/features/jwt-introspection'
import { describe, expect, test } from 'vitest'
import { getTokens, postAs, redirectUri, registerConfidential } from '../../support/client.ts'
import { clientKey, lastReason } from '../../support/client-keys.ts'
import { userinfoAs } from '../../support/dpop.ts'
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
import { readResponse } from '../../support/jarm.ts'
import { introspectionType } from '../../support/jwt-introspection.ts'
import { answerTo, authorizeWith } from '../../support/pushed-requests.ts'
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

describe('algorithms of a client that was registered before the profile', () => {
  const both = { idTokenSigningAlgorithms: ['ES256', 'RS256'] } as const
  const profile = fapi2SecurityProfile()
  const signed = [jarm(), jwtIntrospection()]

  /** A client of a server without the profile, as a server with the profile sees it. */
  const fromBefore = async (input: ClientInput) => {
    const before = plainWorld({ ...both, features: signed })
    const { registered, key } = await fapiClient(before, input)
    const features = [...fapiFeatures(), ...signed, profile]
    const world = createQuickWorld({ ...fapiOptions, ...both, beside: before, storage: before.storage, features })
    return clientOf(world, registered, key)
  }

  test('a client that registered RS256 for its ID tokens gets no code and no ID token once the profile holds for it (F12)', async () => {
    const client = await fromBefore({ id_token_signed_response_alg: 'RS256' })
    const { parameters } = await codeOf(client)
    expect([parameters.get('error'), parameters.has('code')]).toEqual(['unauthorized_client', false])
    const { cause } = client.world.events.find(({ type }) => type === 'request.refused') as { readonly cause?: Error }
    expect(cause?.message).toContain('set id_token_signed_response_alg to PS256, ES256, EdDSA')
    expect((await codeOf(client, { scope: 'email' })).parameters.has('code')).toBe(true)
  })

  test('a client that registered RS256 for userinfo gets no userinfo once the profile holds for it (F12)', async () => {
    const client = await fromBefore({ userinfo_signed_response_alg: 'RS256' })
    const { access_token } = (await tokenAs(client, (await codeOf(client)).form)).body
    const { status, body } = await userinfoAs(client.world, access_token)
    expect([status, body.error]).toEqual([400, 'unauthorized_client'])
  })

  test.each([
    [{ authorization_signed_response_alg: 'RS256' }, 400, 'invalid_request'],
    [{}, 201, undefined],
  ] as const)(
    'a request of a client with %o for a signed response is answered %i (F12)',
    async (input, status, error) => {
      const client = await fromBefore(input)
      const pushed = await pushAs(client, { response_mode: 'jwt' })
      expect([pushed.status, pushed.body.error]).toEqual([status, error])
      if (status !== 201) return
      const url = authorizeWith(client.world, client.registered, pushed.body.request_uri)
      const response = (await answerTo(client.world.browser(), url)).get('response')
      expect((await readResponse(client.world, client.registered, response)).header.alg).toBe('ES256')
    },
  )

  test.each([
    [{ introspection_signed_response_alg: 'RS256' }, 400],
    [{}, 200],
  ] as const)('introspection as a JWT for a client with %o is answered %i (F12)', async (input, status) => {
    const client = await fromBefore(input)
    const headers = { accept: introspectionType }
    expect((await client.post('/oauth2/introspect', { token: 'unknown' }, { headers })).status).toBe(status)
  })

  test.each(['authorization_signed_response_alg', 'introspection_signed_response_alg'])(
    'a client of the Security Profile that registers %s RS256 is refused (F12)',
    async (member) => {
      const world = fapiWorld({}, { ...both, features: signed })
      await expect(fapiClient(world, { [member]: 'RS256' })).rejects.toThrow(`register ${member} PS256, ES256 or EdDSA`)
    },
  )
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
