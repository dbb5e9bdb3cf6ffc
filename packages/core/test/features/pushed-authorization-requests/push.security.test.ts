import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { describe, expect, test } from 'vitest'
import { createPkce, credentials, post, registerConfidential, registerPublic } from '../../support/client.ts'
import { assertion, assertionType, clientKey, registerWithKey } from '../../support/client-keys.ts'
import { emptyStorage } from '../../support/empty-storage.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { isStored, push, pushed, pushPath, pushWorld, requestOf } from '../../support/pushed-requests.ts'
import { requestObjectWorld } from '../../support/request-objects.ts'
import { recordingStorage } from '../../support/storage.ts'

describe('attacks on the push', () => {
  test('an assertion for the endpoint, for the token endpoint or for a list is refused where the issuer must stand alone (P05)', async () => {
    const world = pushWorld({}, { features: [privateKeyJwt({ audiences: 'issuer-string' })] })
    const key = await clientKey()
    const client = await registerWithKey(world, key)
    const pushWith = async (aud: unknown) =>
      post(world, pushPath, {
        ...requestOf(client, createPkce(), { scope: 'openid' }),
        client_assertion_type: assertionType,
        client_assertion: await assertion(world, client, key, { aud }),
      })
    const wrong = [
      world.issuer + pushPath,
      `${world.issuer}/oauth2/token`,
      [world.issuer],
      [world.issuer, 'https://x.example'],
    ]
    for (const aud of wrong) expectJsonError(await pushWith(aud), 401, 'invalid_client')
    expect((await pushWith(world.issuer)).status).toBe(201)
  })

  test('the URL of the endpoint is an audience only with the option for clients from before RFC 7523bis (P05)', async () => {
    const world = pushWorld({}, { features: [privateKeyJwt({ audiences: 'endpoints' })] })
    const key = await clientKey()
    const client = await registerWithKey(world, key)
    const form = {
      ...requestOf(client, createPkce(), { scope: 'openid' }),
      client_assertion_type: assertionType,
      client_assertion: await assertion(world, client, key, { aud: world.issuer + pushPath }),
    }
    expect((await post(world, pushPath, form)).status).toBe(201)
  })

  test('request_uri in a push is refused, alone and beside a request, also the URI of an earlier push (P06)', async () => {
    const world = pushWorld({}, { features: [jwtSecuredRequests()] })
    const client = await registerConfidential(world)
    const { requestUri } = await pushed(world, client)
    const { headers } = credentials(client)
    for (const uri of [requestUri, 'https://app.example.com/request.jwt', '']) {
      const alone = { client_id: client.client_id, request_uri: uri }
      expectJsonError(await post(world, pushPath, alone, headers), 400, 'invalid_request')
      expectJsonError(await push(world, client, { request_uri: uri }), 400, 'invalid_request')
    }
    expect(await isStored(world, requestUri)).toBe(true)
  })

  test('the storage and the events have neither the credentials nor the request_uri (P10, P15)', async () => {
    const { storage, dump } = recordingStorage(emptyStorage())
    const world = pushWorld({}, { storage, features: [privateKeyJwt()] })
    const secretClient = await registerConfidential(world, { token_endpoint_auth_method: 'client_secret_post' })
    const { requestUri } = await pushed(world, secretClient)
    const key = await clientKey()
    const keyed = await registerWithKey(world, key)
    const clientAssertion = await assertion(world, keyed, key)
    const { status } = await post(world, pushPath, {
      ...requestOf(keyed, createPkce(), { scope: 'openid' }),
      client_assertion_type: assertionType,
      client_assertion: clientAssertion,
    })
    expect(status).toBe(201)
    for (const seen of [dump(), JSON.stringify(world.events)]) {
      expect(seen).not.toContain(secretClient.client_secret)
      expect(seen).not.toContain(clientAssertion)
      expect(seen).not.toContain(requestUri.slice(-43))
    }
    expect(dump()).toContain('pushed-state')
    expect(dump()).not.toContain('client_assertion_type')
  })

  test('a request object of another client, without a valid signature, or with a request inside is refused (P11, H03)', async () => {
    const features = [jwtSecuredRequests(), pushedAuthorizationRequests()]
    const { world, client, sign, unsigned } = await requestObjectWorld({}, {}, { features })
    const other = await registerConfidential(world, { jwks: { keys: [{ ...(await clientKey()).publicJwk }] } })
    const { headers } = credentials(client)
    const objects = [
      await sign({ client_id: other.client_id }),
      await sign({ iss: other.client_id }),
      await sign({ request_uri: 'urn:ietf:params:oauth:request_uri:x' }),
      await sign({ request: 'a.b.c' }),
      await sign({ aud: world.issuer + pushPath }),
      unsigned(),
    ]
    for (const request of objects) {
      expectJsonError(await post(world, pushPath, { request }, headers), 400, 'invalid_request_object')
    }
    // The same key is registered for another client, which pushes an object of the first.
    const stolen = await post(world, pushPath, { request: await sign() }, credentials(other).headers)
    expectJsonError(stolen, 400, 'invalid_request_object')
  })

  test('a redirect URI that is not registered cannot be pushed, by a confidential or a public client (P13)', async () => {
    const world = pushWorld()
    for (const client of [await registerConfidential(world), await registerPublic(world)]) {
      const changes = { scope: 'openid', redirect_uri: 'https://evil.example.com/callback' }
      const answer = await push(world, client, changes)
      expectJsonError(answer, 400, 'invalid_request')
      expect(answer.body.error_description).toContain('not registered')
    }
  })

  test('an error of a push is JSON and never a redirect, whatever response mode the push names (P08)', async () => {
    const world = pushWorld()
    const client = await registerConfidential(world)
    for (const mode of ['query', 'fragment', 'form_post']) {
      const answer = await push(world, client, { response_mode: mode, prompt: 'unknown' })
      expectJsonError(answer, 400, 'invalid_request')
      expect(answer.headers.get('location')).toBeNull()
    }
  })

  test('one address and one client may push so often in a minute, in a bucket of its own (P27, P03)', async () => {
    const clientAddress = (request: Request) => request.headers.get('x-real-ip') ?? undefined
    const rule = { max: 3, windowSeconds: 60 }
    const features = { pushedAuthorizationRequest: { address: rule } }
    const world = pushWorld({}, { rateLimit: { clientAddress, features } })
    const client = await registerPublic(world)
    const form = () => requestOf(client, createPkce(), { scope: 'openid' })
    const from = async (address: string) => (await post(world, pushPath, form(), { 'x-real-ip': address })).status
    const statuses = []
    for (let count = 0; count < 5; count++) statuses.push(await from('198.51.100.7'))
    expect(statuses).toEqual([201, 201, 201, 429, 429])
    expect(await from('198.51.100.8')).toBe(201)
    const limited = pushWorld(
      {},
      { rateLimit: { clientAddress: false, features: { pushedAuthorizationRequest: { client: rule } } } },
    )
    const confidential = await registerConfidential(limited)
    const byClient = []
    for (let count = 0; count < 4; count++) byClient.push((await push(limited, confidential)).status)
    expect(byClient).toEqual([201, 201, 201, 429])
  })
})
