import { fapi2MessageSigning } from '@oauth/core/features/fapi2'
import { describe, expect, test } from 'vitest'
import { redirectUri } from '../../support/client.ts'
import { expectJsonError } from '../../support/expectations.ts'
import type { FapiClient } from '../../support/fapi2.ts'
import { fapiClient, fapiFeatures, fapiOptions, pushAs } from '../../support/fapi2.ts'
import { encodeJson } from '../../support/keys.ts'
import { answerTo, authorizeWith, pushPath } from '../../support/pushed-requests.ts'
import {
  messageFeatures,
  messagesClient,
  messagesWorld,
  requestClaims,
  signRequest,
} from '../../support/signed-messages.ts'
import { createQuickWorld } from '../../support/tokens.ts'

const push = async (client: FapiClient, changes = {}) =>
  client.post(
    pushPath,
    { request: await signRequest(client, requestClaims(client, changes).claims) },
    { proof: undefined },
  )

describe('FAPI 2.0 Message Signing', () => {
  test('a client that signs its request and asks for a signed answer signs a user in (F19)', async () => {
    const world = messagesWorld()
    const client = await messagesClient(world)
    const { status, body } = await push(client)
    expect(status).toBe(201)
    const answer = await answerTo(world.browser(), authorizeWith(world, client.registered, body.request_uri))
    expect([answer.get('state'), answer.has('code')]).toEqual(['signed-state', true])
  })

  test('discovery says that request objects and pushed requests are required, and names no plain response mode (F19)', () => {
    const { metadata } = messagesWorld().provider
    expect(metadata.require_signed_request_object).toBe(true)
    expect(metadata.require_pushed_authorization_requests).toBe(true)
    expect(metadata.response_modes_supported).toEqual(['jwt'])
    expect(metadata.introspection_signing_alg_values_supported).toEqual(['ES256'])
  })

  test('an unsigned request is invalid_request where it is pushed (F19)', async () => {
    const client = await messagesClient(messagesWorld())
    expectJsonError(await pushAs(client, { response_mode: 'jwt' }), 400, 'invalid_request')
  })

  test('a request object with alg none is refused, although the option allows it (F12, F19)', async () => {
    const client = await messagesClient(messagesWorld({}, { requests: { unsigned: 'allowed' } }))
    const request = `${encodeJson({ alg: 'none' })}.${encodeJson(requestClaims(client).claims)}.`
    expectJsonError(await client.post(pushPath, { request }, { proof: undefined }), 400, 'invalid_request_object')
  })

  test.each<[string, (now: number) => object, number]>([
    ['no exp', () => ({ exp: undefined }), 400],
    ['no nbf', () => ({ nbf: undefined }), 400],
    ['exp an hour from now', (now) => ({ exp: now + 3600 }), 201],
    ['exp more than an hour from now', (now) => ({ exp: now + 3601 }), 400],
    ['exp in the past', (now) => ({ exp: now - 11 }), 400],
    ['nbf an hour ago', (now) => ({ nbf: now - 3600, exp: now }), 201],
    ['exp more than an hour after nbf', (now) => ({ nbf: now - 3600, exp: now + 60 }), 400],
    ['nbf more than an hour ago', (now) => ({ nbf: now - 3601 }), 400],
    ['nbf 8 seconds from now', (now) => ({ nbf: now + 8 }), 201],
    ['nbf a minute from now', (now) => ({ nbf: now + 61 }), 400],
  ])('a request object with %s answers as the profile demands (F14, F19)', async (_, changes, expected) => {
    const world = messagesWorld()
    const { status, body } = await push(await messagesClient(world), changes(world.clock.now()))
    expect([status, body.error]).toEqual([expected, expected === 201 ? undefined : 'invalid_request_object'])
  })

  test.each([undefined, 'query', 'fragment', 'form_post'])(
    'a request with the response mode %s is invalid_request (F19)',
    async (response_mode) => {
      expectJsonError(await push(await messagesClient(messagesWorld()), { response_mode }), 400, 'invalid_request')
    },
  )

  test('introspection is refused unless it is asked for as a JWT (F19)', async () => {
    const client = await messagesClient(messagesWorld())
    const introspect = (accept: string) =>
      client.post('/oauth2/introspect', { token: 'unknown' }, { headers: { accept } })
    expectJsonError(await introspect('application/json'), 400, 'invalid_request')
    expect((await introspect('application/token-introspection+jwt')).status).toBe(200)
  })

  test.each(['authorization_signed_response_alg', 'introspection_signed_response_alg'])(
    'a client with %s RS256 is not registered (F12, F19)',
    async (member) => {
      await expect(messagesClient(messagesWorld(), { [member]: 'RS256' } as object)).rejects.toThrow(
        `register ${member} PS256, ES256 or EdDSA`,
      )
    },
  )

  test('a client without authorization_signed_response_alg is not registered, since it would get RS256 (F12, F19)', async () => {
    await expect(fapiClient(messagesWorld())).rejects.toThrow('register authorization_signed_response_alg')
  })

  test('an API without introspection_signed_response_alg is not registered, since it would get RS256 (F12, F19)', async () => {
    const input = { redirect_uris: [], grant_types: [], resources: ['https://api.example.com'] }
    await expect(messagesClient(messagesWorld(), input)).rejects.toThrow('register introspection_signed_response_alg')
  })

  test('an ecosystem that signs requests alone leaves the other parts out (F19)', async () => {
    const world = messagesWorld({ responses: false, introspection: false })
    const client = await fapiClient(world)
    expect((await push(client, { response_mode: undefined })).status).toBe(201)
    expectJsonError(await pushAs(client), 400, 'invalid_request')
    expect((await client.post('/oauth2/introspect', { token: 'unknown' })).status).toBe(200)
  })

  test.each([
    [{}, 'jwtSecuredRequests()'],
    [{ requests: false }, 'jarm()'],
    [{ requests: false, responses: false }, 'jwtIntrospection()'],
  ])('with %o a provider without the features does not start, and the error names %s (F19)', (options, name) => {
    const start = () =>
      createQuickWorld({ ...fapiOptions, features: [...fapiFeatures(), fapi2MessageSigning(options)] })
    expect(start).toThrow(/^fapi2MessageSigning: /)
    expect(start).toThrow(name)
  })

  test('the parts that are left out need no feature (F19)', () => {
    const options = { requests: false, responses: false, introspection: false }
    createQuickWorld({ ...fapiOptions, features: [...fapiFeatures(), fapi2MessageSigning(options)] })
    expect(() => fapi2MessageSigning({ request: true } as object)).toThrow('fapi2MessageSigning: request is not known')
  })
})

test('two profiles on one server are combined to the narrower demand, in either order (F19)', async () => {
  const { fapi2SecurityProfile } = await import('@oauth/core/features/fapi2')
  const profiles = [fapi2SecurityProfile(), fapi2MessageSigning({ clients: 'chosen' })]
  for (const order of [profiles, [...profiles].reverse()]) {
    const world = createQuickWorld({ ...fapiOptions, features: [...messageFeatures(), ...order] })
    const plain = await fapiClient(world)
    expect((await pushAs(plain)).status).toBe(201)
    const signs = await messagesClient(world, { security_profile: 'fapi2-message-signing' })
    expectJsonError(await pushAs(signs), 400, 'invalid_request')
    expectJsonError(await push(signs, { redirect_uri: undefined }), 400, 'invalid_request')
    expect((await push(signs)).status).toBe(201)
    expect(signs.registered.redirect_uris).toEqual([redirectUri])
  }
})
