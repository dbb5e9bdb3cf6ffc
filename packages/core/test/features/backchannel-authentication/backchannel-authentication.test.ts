import { OAuthError, type RegisteredClient } from '@oauth/core'
import { type Ciba, ciba } from '@oauth/core/features/backchannel-authentication'
import { dpop } from '@oauth/core/features/dpop'
import {
  commonFields,
  coversCommonFields,
  richAuthorizationRequests,
} from '@oauth/core/features/rich-authorization-requests'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  apiOf,
  askCiba,
  type CibaWorld,
  cibaForm,
  cibaGrantType,
  cibaPath,
  cibaScope,
  cibaWorld,
  decideCiba,
  lastWaiting,
  pollCiba,
  registerCiba,
  startCiba,
} from '../../support/ciba.ts'
import { claimsOf, isActive, postAs, refresh, registerConfidential, registerPublic } from '../../support/client.ts'
import { makeProof, postWithProof } from '../../support/dpop.ts'
import { expectJsonError, send } from '../../support/expectations.ts'
import { api, createQuickWorld } from '../../support/tokens.ts'
import { alice, bob } from '../../support/world.ts'

let world: CibaWorld
let client: RegisteredClient
beforeEach(async () => {
  world = cibaWorld()
  client = await registerCiba(world)
})

describe('metadata and registration of back-channel authentication', () => {
  test.each(['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'])(
    'the document at %s has the members of back-channel authentication, and only with the feature (C01)',
    async (path) => {
      const { body } = await send(world, world.issuer + path)
      expect(body).toMatchObject({
        backchannel_authentication_endpoint: world.issuer + cibaPath,
        backchannel_token_delivery_modes_supported: ['poll', 'ping'],
        backchannel_user_code_parameter_supported: false,
        backchannel_authentication_request_signing_alg_values_supported: [
          'RS256',
          'PS256',
          'ES256',
          'EdDSA',
          'Ed25519',
        ],
      })
      expect(body.grant_types_supported).toContain(cibaGrantType)
      const plain = createQuickWorld()
      const without = await send(plain, plain.issuer + path)
      expect(Object.keys(without.body).filter((name) => name.startsWith('backchannel_'))).toEqual([])
      expect(without.body.grant_types_supported).not.toContain(cibaGrantType)
    },
  )

  test.each([
    [{ backchannel_token_delivery_mode: undefined }, 'needs backchannel_token_delivery_mode'],
    [{ backchannel_token_delivery_mode: 'ping' }, 'ping needs backchannel_client_notification_endpoint'],
    [{ backchannel_token_delivery_mode: 'push' }, 'unsupported backchannel_token_delivery_mode push; use poll or ping'],
    [
      { backchannel_token_delivery_mode: 'ping', backchannel_client_notification_endpoint: 'http://client.example/cb' },
      "backchannel_client_notification_endpoint 'http://client.example/cb' must use https",
    ],
    [
      { backchannel_client_notification_endpoint: 'https://10.0.0.1/cb' },
      "backchannel_client_notification_endpoint 'https://10.0.0.1/cb' must not be in a private network",
    ],
    [{ backchannel_authentication_request_signing_alg: 'HS256' }, 'signing_alg HS256; use RS256, PS256, ES256'],
    [{ backchannel_user_code_parameter: true }, 'this server has no user codes'],
    [{ token_endpoint_auth_method: 'none' }, 'public clients cannot use the grant type'],
  ] as const)(
    'a client with the metadata %j is not registered for back-channel authentication (C01)',
    async (input, text) => {
      await expect(registerCiba(world, input as object)).rejects.toThrow(text)
    },
  )

  test('a client registers each mode and a signing algorithm, and a server without the feature names it (C01)', async () => {
    world = cibaWorld({ verifyUserCode: () => true })
    const registered = await registerCiba(world, {
      backchannel_token_delivery_mode: 'ping',
      backchannel_client_notification_endpoint: 'https://client.example/cb',
      backchannel_user_code_parameter: true,
    })
    expect(registered).toMatchObject({ backchannel_token_delivery_mode: 'ping', backchannel_user_code_parameter: true })
    const plain = createQuickWorld()
    await expect(registerConfidential(plain, { backchannel_token_delivery_mode: 'poll' })).rejects.toThrow(
      'the feature ciba() from @oauth/core/features/backchannel-authentication',
    )
    await expect(registerConfidential(plain, { grant_types: [cibaGrantType] })).rejects.toThrow(
      'unsupported grant_type',
    )
  })

  test('wrong options of ciba are refused by name (C01)', () => {
    const needed = { resolveUser: () => undefined, notifyUser: () => {} }
    const made = (options: object) => () => ciba({ ...needed, ...options })
    expect(() => ciba({} as never)).toThrow('ciba: resolveUser is missing')
    expect(made({ notifyUser: 'mail' })).toThrow('ciba: notifyUser must be a function that tells the user')
    expect(made({ lifetimeSeconds: 5 })).toThrow('ciba: lifetimeSeconds must be a whole number from 10 to 3600 seconds')
    expect(made({ lifetimeSeconds: 300, maxLifetimeSeconds: 200 })).toThrow(
      'must not be longer than maxLifetimeSeconds',
    )
    expect(made({ lifetimeSeconds: 900 })).not.toThrow()
    expect(made({ deliveryModes: [] })).toThrow('ciba: deliveryModes must not be empty')
    expect(made({ prompts: { perClient: 0 } })).toThrow('ciba: prompts.perClient must be a whole number from 1 to 100')
    expect(made({ interval: 5 })).toThrow('ciba: interval is not known')
  })
})

describe('the back-channel authentication request', () => {
  test('a client authenticates as registered, by a form and not by JSON (C02)', async () => {
    const wrong = { ...client, client_secret: 'x'.repeat(43) }
    expectJsonError(await askCiba(world, wrong), 401, 'invalid_client')
    const { status } = await askCiba(world, client)
    expect(status).toBe(200)
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ client_id: client.client_id, client_secret: client.client_secret, ...cibaForm() })
    const json = await send(world, world.issuer + cibaPath, { method: 'POST', headers, body })
    expectJsonError(json, 400, 'invalid_request')
  })

  test('public clients, and those without the grant type, may not ask (C02)', async () => {
    const other = await registerConfidential(world)
    expectJsonError(await askCiba(world, other), 400, 'unauthorized_client')
    const open = await registerPublic(world)
    expectJsonError(await askCiba(world, open), 400, 'unauthorized_client')
  })

  test.each([
    ['no scope', { scope: undefined }, 'invalid_request'],
    ['a scope without openid', { scope: 'email' }, 'invalid_scope'],
    ['no hint', { login_hint: undefined }, 'invalid_request'],
    ['two hints', { login_hint_token: 'x' }, 'invalid_request'],
    ['a hint beside an id_token_hint', { id_token_hint: 'x.y.z' }, 'invalid_request'],
    ['a hint that is too long', { login_hint: 'x'.repeat(256) }, 'invalid_request'],
    ['an id_token_hint that is none', { login_hint: undefined, id_token_hint: 'x.y.z' }, 'invalid_request'],
    ['an unknown user', { login_hint: 'nobody@example.com' }, 'unknown_user_id'],
  ])('a request with %s is refused, and its user hears nothing of it (C03)', async (_, changes, error) => {
    expectJsonError(await askCiba(world, client, changes), 400, error)
    expect(world.told).toEqual([])
  })

  test.each([
    ['a line break', 'one\ntwo'],
    ['a mark that reverses text', 'pay \u202e001'],
    ['too many characters', 'x'.repeat(129)],
    ['a NUL', 'a\0b'],
    ['spaces alone', '  '],
    ['letters that nobody sees', '\u3164\u2800'],
    ['a filler between digits', '4\u115f2'],
  ])('a binding message with %s is refused (C04)', async (what, binding_message) => {
    const error = what === 'a NUL' ? 'invalid_request' : 'invalid_binding_message'
    expectJsonError(await askCiba(world, client, { binding_message }), 400, error)
    expect(world.told).toEqual([])
  })

  test('the host is told all that it has to show, and finds it again by id and by user (C04, C09)', async () => {
    world = cibaWorld({}, { bindResources: true })
    client = await registerCiba(world, { client_uri: 'https://till.example', scope: 'openid notes:read' })
    const changes = { scope: 'openid notes:read', binding_message: 'Till 4, €12 – “W-4711” ✈️', resource: api }
    await startCiba(world, client, { ...changes, acr_values: 'urn:high urn:low' })
    const shown = {
      id: expect.stringMatching(/^[\w-]{43}$/),
      userId: alice.id,
      clientId: client.client_id,
      clientName: 'Notes',
      clientUri: 'https://till.example',
      selfRegistered: false,
      bindingMessage: changes.binding_message,
      scopes: ['openid', 'notes:read'],
      resources: [api],
      parameters: {},
      acrValues: ['urn:high', 'urn:low'],
      acrRequired: false,
      requestedAt: world.clock.now(),
      expiresAt: world.clock.now() + 300,
    }
    expect(world.told).toEqual([shown])
    const [told] = world.told
    expect(await apiOf(world.provider).list(alice.id)).toEqual([told])
    expect(await apiOf(world.provider).list(bob.id)).toEqual([])
    expect(await apiOf(world.provider).find(told?.id ?? '')).toEqual(told)
    expect(await apiOf(world.provider).find('x')).toBeUndefined()
    expect(await apiOf(world.provider).find('x'.repeat(43))).toBeUndefined()
  })

  test('the user code that a user demands must be there and right (C04)', async () => {
    world = cibaWorld({ verifyUserCode: (userId, code) => userId === bob.id || code === '4711' })
    client = await registerCiba(world)
    expectJsonError(await askCiba(world, client), 400, 'missing_user_code')
    expectJsonError(await askCiba(world, client, { user_code: '1174' }), 400, 'invalid_user_code')
    expect(world.told).toEqual([])
    expect((await askCiba(world, client, { user_code: '4711' })).status).toBe(200)
    expect((await askCiba(world, client, { login_hint: bob.email })).status).toBe(200)
    const { body } = await send(world, `${world.issuer}/.well-known/openid-configuration`)
    expect(body.backchannel_user_code_parameter_supported).toBe(true)
  })

  test.each([
    ['0', 'invalid_request'],
    ['-5', 'invalid_request'],
    ['1.5', 'invalid_request'],
    ['soon', 'invalid_request'],
    ['60', 60],
    ['5000', 600],
  ])('a requested_expiry of %s is %s (C04)', async (requested_expiry, expected) => {
    const answer = await askCiba(world, client, { requested_expiry })
    if (typeof expected === 'string') return expectJsonError(answer, 400, expected)
    expect(answer.body.expires_in).toBe(expected)
  })

  test('the host says that a login_hint_token has expired, or that it will not ask (C05, C13)', async () => {
    world = cibaWorld({
      resolveUser({ loginHintToken }) {
        if (loginHintToken === 'old') throw new OAuthError('expired_login_hint_token', 'sign in at the branch again')
        return loginHintToken === 'of-alice' ? alice.id : undefined
      },
      notifyUser(request) {
        world.told.push(request)
        if (request.bindingMessage === 'never') throw new OAuthError('access_denied', 'the user is on holiday')
      },
    })
    client = await registerCiba(world)
    const ask = (login_hint_token: string, more = {}) =>
      askCiba(world, client, { login_hint: undefined, login_hint_token, ...more })
    expectJsonError(await ask('old'), 400, 'expired_login_hint_token')
    expectJsonError(await ask('of-nobody'), 400, 'unknown_user_id')
    expectJsonError(await ask('of-alice', { binding_message: 'never' }), 403, 'access_denied')
    expect(await apiOf(world.provider).list(alice.id)).toEqual([])
    expect((await ask('of-alice')).status).toBe(200)
  })

  test('an error of the back channel is described in ASCII text (C05)', async () => {
    const { body } = await askCiba(world, client, { scope: 'openid nötes' })
    expect(body.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
  })

  test('a client gets an auth_req_id of 256 bits, and no cache keeps it (C06)', async () => {
    const { status, headers, body } = await askCiba(world, client)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toContain('no-store')
    expect(body).toEqual({ auth_req_id: expect.stringMatching(/^[A-Za-z0-9._-]{43}$/), expires_in: 300, interval: 5 })
    const [told] = world.told
    const stored = JSON.stringify(await world.storage.records.find({ kind: 'ciba', id: told?.id ?? '' }))
    expect(stored).not.toContain(body.auth_req_id)
    expect(world.events).toContainEqual({
      type: 'ciba.requested',
      clientId: client.client_id,
      userId: alice.id,
      cibaRequestId: told?.id,
      expiresAt: world.clock.now() + 300,
    })
    expect(JSON.stringify(world.events)).not.toContain(body.auth_req_id)
  })

  test('an ID token of the client names its user, also when it has expired, and only its own does (C13)', async () => {
    const started = await startCiba(world, client)
    await decideCiba(world)
    const { body } = await pollCiba(world, client, started)
    world.clock.advance(100_000)
    const hint = { login_hint: undefined, id_token_hint: body.id_token }
    expect((await askCiba(world, client, hint)).status).toBe(200)
    expect(world.told.at(-1)?.userId).toBe(alice.id)
    const other = await registerCiba(world)
    expectJsonError(await askCiba(world, other, hint), 400, 'invalid_request')
    expectJsonError(await askCiba(world, client, { ...hint, id_token_hint: body.access_token }), 400, 'invalid_request')
    world.users.delete(alice.id)
    expectJsonError(await askCiba(world, client, hint), 400, 'unknown_user_id')
  })

  test('the host finds the user of a pairwise ID token, and only the right one is asked (C13)', async () => {
    let found: string | undefined = alice.id
    world = cibaWorld(
      { resolveUser: ({ subject, loginHint }) => (subject ?? loginHint) && found },
      { pairwiseSecret: 'a-pairwise-secret-of-enough-length-for-a-test' },
    )
    client = await registerCiba(world, { subject_type: 'pairwise', redirect_uris: ['https://client.example/cb'] })
    const started = await startCiba(world, client)
    await decideCiba(world)
    const { body } = await pollCiba(world, client, started)
    const hint = { login_hint: undefined, id_token_hint: body.id_token }
    expect((await askCiba(world, client, hint)).status).toBe(200)
    for (const wrong of [bob.id, undefined]) {
      found = wrong
      expectJsonError(await askCiba(world, client, hint), 400, 'unknown_user_id')
    }
  })
})

describe('the decision about a back-channel request', () => {
  test('an approval in another process gives the client its tokens, once (C08, C09)', async () => {
    const other = cibaWorld({}, { beside: world, storage: world.storage })
    const started = await startCiba(world, client)
    expectJsonError(await pollCiba(world, client, started), 400, 'authorization_pending')
    expect(await decideCiba(other, world.told[0])).toBe('decided')
    const { status, body } = await pollCiba(world, client, started)
    expect([status, body.token_type, body.scope]).toEqual([200, 'Bearer', cibaScope])
    expect(await isActive(world, body.access_token)).toBe(true)
    expectJsonError(await pollCiba(world, client, started), 400, 'invalid_grant')
    expect(await isActive(world, body.access_token)).toBe(true)
    expect((await refresh(world, client, body.refresh_token)).status).toBe(200)
  })

  test('a refusal is what the client is told, each time that it asks (C08)', async () => {
    const started = await startCiba(world, client)
    expect(await decideCiba(world, undefined, { approved: false })).toBe('decided')
    expectJsonError(await pollCiba(world, client, started), 400, 'access_denied')
    expectJsonError(await pollCiba(world, client, started), 400, 'access_denied')
    expect(await apiOf(world.provider).list(alice.id)).toEqual([])
    expect(world.events.map(({ type }) => type)).toContain('ciba.denied')
  })

  test('a client that asks too often is told to slow down (C08)', async () => {
    const started = await startCiba(world, client)
    const after = async (seconds: number) => {
      world.clock.advance(seconds)
      return (await pollCiba(world, client, started)).body.error
    }
    expect([await after(0), await after(5), await after(1), await after(10)]).toEqual([
      'authorization_pending',
      'authorization_pending',
      'slow_down',
      'authorization_pending',
    ])
  })

  test('a request expires, approved or not, and a decision that comes too late says so (C08)', async () => {
    const started = await startCiba(world, client)
    const { id } = await lastWaiting(world)
    const approved = await startCiba(world, client)
    const later = (await apiOf(world.provider).list(alice.id)).find((one) => one.id !== id)
    await decideCiba(world, later)
    world.clock.advance(300)
    expect(await decideCiba(world, { id })).toBe('expired')
    expect(await apiOf(world.provider).find(id)).toBeUndefined()
    for (const one of [started, approved]) {
      expectJsonError(await pollCiba(world, client, one), 400, 'expired_token')
      expectJsonError(await pollCiba(world, client, one), 400, 'expired_token')
    }
    expect(world.events.filter(({ type }) => type === 'ciba.expired')).toHaveLength(2)
  })

  test.each([
    ['no auth_req_id', undefined, 'invalid_request'],
    ['text that is none', 'x', 'invalid_grant'],
    ['an auth_req_id that was never issued', 'a'.repeat(43), 'invalid_grant'],
  ])('a token request with %s is refused (C08)', async (_, auth_req_id, error) => {
    const form = { grant_type: cibaGrantType, auth_req_id }
    expectJsonError(await postAs(world, client, '/oauth2/token', form), 400, error)
  })

  test('the ID token tells how the user approved, and names no session and no nonce (C10)', async () => {
    const started = await startCiba(world, client, { nonce: 'n', acr_values: 'urn:high' })
    const session = { authTime: world.clock.now() - 30, acr: 'urn:high', amr: ['hwk'], id: 'session-1' }
    await decideCiba(world, undefined, { session })
    const { body } = await pollCiba(world, client, started)
    const claims = claimsOf(body.id_token)
    const { acr, amr, authTime: auth_time } = session
    expect(claims).toMatchObject({ sub: alice.id, auth_time, acr, amr, at_hash: expect.any(String) })
    expect(claims).not.toHaveProperty('nonce')
    expect(claims).not.toHaveProperty('sid')
    await world.provider.sessionEnded('session-1')
    expect(await isActive(world, body.access_token)).toBe(true)
  })

  test('the user grants a part of the scopes, of the resources and of the authorization details (C09)', async () => {
    const pay = { schema: commonFields({ actions: ['send', 'see'] }), covers: coversCommonFields }
    world = cibaWorld(
      {},
      {
        bindResources: true,
        features: [richAuthorizationRequests({ types: { pay } })],
      },
    )
    client = await registerCiba(world, { authorization_details_types: ['pay'] })
    const details = [
      { type: 'pay', actions: ['send', 'see'] },
      { type: 'pay', actions: ['send'] },
    ]
    const authorization_details = JSON.stringify(details)
    const started = await startCiba(world, client, { scope: 'openid email notes:read', authorization_details })
    const request = await lastWaiting(world)
    expect(request.parameters).toEqual({ authorization_details: details.map((one) => ({ details: one })) })
    const decide = (parameters: object) =>
      decideCiba(world, request, { scopes: ['notes:read'], parameters: { ...parameters } })
    await expect(decide({ authorization_details: [{ type: 'pay', actions: ['all'] }, null] })).rejects.toThrow(
      'invalid_authorization_details',
    )
    expect(await decide({ authorization_details: [{ type: 'pay', actions: ['see'] }, null] })).toBe('decided')
    const { body } = await pollCiba(world, client, started)
    expect(body).toMatchObject({
      scope: 'openid notes:read',
      authorization_details: [{ type: 'pay', actions: ['see'] }],
    })
  })

  test('the grant is listed with what made it, and what waits ends with the access of the application (C09)', async () => {
    const started = await startCiba(world, client)
    await decideCiba(world)
    const { body } = await pollCiba(world, client, started)
    const [listed] = await world.provider.listGrants(alice.id)
    expect(listed).toMatchObject({ clientId: client.client_id, via: 'ciba' })
    const waiting = await startCiba(world, client)
    const approved = await startCiba(world, client)
    await decideCiba(world)
    await world.provider.disconnectApp(alice.id, client.client_id)
    expect(await isActive(world, body.access_token)).toBe(false)
    expect(await apiOf(world.provider).list(alice.id)).toEqual([])
    for (const one of [waiting, approved]) expectJsonError(await pollCiba(world, client, one), 400, 'invalid_grant')
  })

  test('a request with a DPoP proof is bound to its key, and its tokens are as well (C06)', async () => {
    world = cibaWorld({}, { features: [dpop()] })
    client = await registerCiba(world)
    const htu = world.issuer + cibaPath
    const proof = await makeProof(world, { claims: { htu } })
    const asked = await postWithProof(world, client, cibaForm() as Record<string, string>, proof, cibaPath)
    expect(asked.status).toBe(200)
    await decideCiba(world)
    const form = { grant_type: cibaGrantType, auth_req_id: asked.body.auth_req_id }
    expectJsonError(await postAs(world, client, '/oauth2/token', form), 400, 'invalid_grant')
    const { status, body } = await postWithProof(world, client, form, await makeProof(world))
    expect([status, body.token_type]).toEqual([200, 'DPoP'])
  })
})

test('provider.features.ciba has find, list and decide (C09)', () => {
  const features = world.provider.features as unknown as { readonly ciba: Ciba }
  expect(Object.keys(features.ciba)).toEqual(['find', 'list', 'decide'])
})
