import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { describe, expect, test } from 'vitest'
import { postAs, redirectUri, registerConfidential } from '../../support/client.ts'
import { assertion, clientKey, postWith, registerWithKey, signJwt } from '../../support/client-keys.ts'
import { expectErrorPage, expectErrorRedirect, expectJsonError } from '../../support/expectations.ts'
import { encodeJson } from '../../support/keys.ts'
import { pushPath } from '../../support/pushed-requests.ts'
import { requestObjectWorld } from '../../support/request-objects.ts'
import { refused, taken, waysWorld } from './ways.ts'

const minute = 60
const hour = 3600

type Offsets = Readonly<Record<string, number | undefined>>

/** The claims of these times, each so many seconds from now. `undefined` leaves the claim out. */
function times(now: number, offsets: Offsets): Offsets {
  const all = Object.entries({ iat: undefined, ...offsets })
  return Object.fromEntries(all.map(([name, offset]) => [name, offset === undefined ? undefined : now + offset]))
}

describe('the lifetime of a request object', () => {
  test.each<[string, Offsets, boolean]>([
    ['without exp is refused', { exp: undefined, nbf: 0 }, false],
    ['without nbf is refused', { exp: minute, nbf: undefined }, false],
    ['with iat in place of nbf is refused', { exp: minute, nbf: undefined, iat: 0 }, false],
    ['that is good for an hour is taken', { exp: hour, nbf: 0 }, true],
    ['whose exp is 61 minutes ahead is refused', { exp: 61 * minute, nbf: 0 }, false],
    ['whose exp is 61 minutes ahead is refused, whatever nbf is', { exp: 61 * minute, nbf: 8 }, false],
    ['whose nbf is 59 minutes old is taken', { exp: minute, nbf: -59 * minute }, true],
    ['whose nbf is 70 minutes old is refused', { exp: minute, nbf: -70 * minute }, false],
    ['that is good for 70 minutes is refused, though both times are near', { exp: 2400, nbf: -1800 }, false],
    ['whose nbf is 8 seconds ahead is taken', { exp: minute, nbf: 8 }, true],
    ['whose nbf is 61 seconds ahead is refused', { exp: 2 * minute, nbf: 61 }, false],
    ['that has expired is refused', { exp: -11, nbf: -minute }, false],
  ])('with requireLifetime, a request object %s (J01)', async (_name, offsets, good) => {
    const { world, sign, sendEachWay } = await waysWorld({ requireLifetime: true })
    const jwt = await sign(times(world.clock.now(), offsets))
    expect(await sendEachWay(jwt)).toEqual(good ? taken : refused)
  })

  test('exp and nbf must be numbers, also for JavaScript (J01)', async () => {
    const { sign, ask, world } = await requestObjectWorld({ requireLifetime: true })
    for (const time of [null, '1', '', [1], {}, true]) {
      for (const changes of [{ exp: time }, { nbf: time }]) {
        const response = await ask({ request: await sign(changes) })
        expectErrorRedirect(world, response, redirectUri, 'invalid_request_object')
      }
    }
  })

  test('maxLifetimeSeconds is another bound, and without requireLifetime the times may be absent (J01)', async () => {
    const { world, sign, sendEachWay } = await waysWorld({ maxLifetimeSeconds: 300 })
    const outcomeOf = async (offsets: Offsets) => sendEachWay(await sign(times(world.clock.now(), offsets)))
    expect(await outcomeOf({ exp: 300, nbf: 0 })).toEqual(taken)
    expect(await outcomeOf({ exp: 311, nbf: undefined })).toEqual(refused)
    expect(await outcomeOf({ exp: 301, nbf: 0 })).toEqual(refused)
    expect(await outcomeOf({ exp: undefined, nbf: -311 })).toEqual(refused)
    expect(await outcomeOf({ exp: undefined, nbf: undefined })).toEqual(taken)
  })

  test('without these options a request object of any length is taken, as before (J01)', async () => {
    const { world, sign, sendEachWay } = await waysWorld()
    const now = world.clock.now()
    expect(await sendEachWay(await sign(times(now, { exp: 10 * hour, nbf: -10 * hour })))).toEqual(taken)
    expect(await sendEachWay(await sign(times(now, { exp: undefined, nbf: undefined })))).toEqual(taken)
  })
})

describe('the audience of a request object', () => {
  test('aud is the issuer, or a list that contains it (J02)', async () => {
    const { world, sign, sendEachWay } = await waysWorld()
    const others = ['https://other.example', `${world.issuer}/oauth2/par`]
    for (const aud of [world.issuer, [world.issuer], [...others, world.issuer]]) {
      expect(await sendEachWay(await sign({ aud }))).toEqual(taken)
    }
  })

  test('the URL of an endpoint of this server as aud is refused (J02)', async () => {
    const { world, sign, sendEachWay } = await waysWorld()
    const { metadata } = world.provider
    for (const endpoint of ['pushed_authorization_request_endpoint', 'token_endpoint', 'authorization_endpoint']) {
      expect(await sendEachWay(await sign({ aud: metadata[endpoint] }))).toEqual(refused)
      expect(await sendEachWay(await sign({ aud: [metadata[endpoint]] }))).toEqual(refused)
    }
    for (const aud of [`${world.issuer}/`, [], [[world.issuer]], { [world.issuer]: true }, true]) {
      expect(await sendEachWay(await sign({ aud }))).toEqual(refused)
    }
  })
})

describe('the signature of a request object', () => {
  test('none, HS256, a wrong key, a key of another client and a changed signature are refused in every way (J03)', async () => {
    const { world, sendEachWay, sign, unsigned, claims, client, key } = await waysWorld()
    const other = await clientKey('ES256', 'other')
    await registerConfidential(world, { jwks: { keys: [{ ...other.publicJwk }] } })
    const secret = new TextEncoder().encode(String(client.client_secret))
    const [header, payload, signature = ''] = (await sign()).split('.')
    const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)
    const made = [
      unsigned(),
      await signJwt(secret, { alg: 'HS256', kid: key.kid }, claims()),
      await signJwt(other.privateKey, { alg: 'ES256', kid: key.kid }, claims()),
      await signJwt(other.privateKey, { alg: 'ES256', kid: 'other' }, claims()),
      `${header}.${payload}.${flipped}`,
      `${header}.${encodeJson(claims({ scope: 'openid notes:write' }))}.${signature}`,
    ]
    for (const jwt of made) expect(await sendEachWay(jwt)).toEqual(refused)
  })

  test('RS256 is refused where signingAlgorithms leaves it out, though the key of the client would do (J03)', async () => {
    const rsa = await clientKey('RS256')
    const keys = { jwks: { keys: [{ ...rsa.publicJwk }] } }
    const { sendEachWay, claims } = await waysWorld({ signingAlgorithms: ['PS256', 'ES256', 'EdDSA'] }, keys)
    const jwt = await signJwt(rsa.privateKey, { alg: 'RS256', kid: rsa.kid }, claims())
    expect(await sendEachWay(jwt)).toEqual(refused)
  })

  test('at the push endpoint, the error of a request object is JSON with status 400 (J03)', async () => {
    const { world, client, unsigned } = await waysWorld()
    const answer = await postAs(world, client, pushPath, { request: unsigned() })
    expectJsonError(answer, 400, 'invalid_request_object')
  })
})

describe('the type of a request object', () => {
  test.each<[unknown, boolean, boolean]>([
    ['oauth-authz-req+jwt', true, true],
    ['application/oauth-authz-req+jwt', true, true],
    ['OAuth-AuthZ-Req+JWT', true, true],
    [undefined, true, false],
    ['JWT', true, false],
    ['application/jwt', true, false],
    ['at+jwt', false, false],
    ['dpop+jwt', false, false],
    ['secevent+jwt', false, false],
    ['client-authentication+jwt', false, false],
    ['xoauth-authz-req+jwt', false, false],
    ['', false, false],
    [7, false, false],
    [['oauth-authz-req+jwt'], false, false],
  ])('typ %j is taken: %s, and with requireType: %s (J04)', async (typ, lenient, strict) => {
    for (const [requireType, good] of [
      [false, lenient],
      [true, strict],
    ] as const) {
      const { sign, sendEachWay } = await waysWorld({ requireType })
      expect(await sendEachWay(await sign({}, { typ }))).toEqual(good ? taken : refused)
    }
  })

  test('a request object whose sub is the client_id is refused, whatever its typ (J05)', async () => {
    const { client, sign, sendEachWay } = await waysWorld()
    for (const typ of ['oauth-authz-req+jwt', 'JWT', undefined]) {
      expect(await sendEachWay(await sign({ sub: client.client_id }, { typ }))).toEqual(refused)
    }
    expect(await sendEachWay(await sign({ sub: 'somebody' }))).toEqual(taken)
  })

  test('neither can a request object authenticate its client, nor a client assertion be a request (J05)', async () => {
    const key = await clientKey()
    const { world, sign } = await waysWorld({}, {}, { features: [privateKeyJwt()] })
    const client = await registerWithKey(world, key)
    const { client_id } = client
    for (const changes of [{}, { sub: client_id }]) {
      const jwt = await sign({ iss: client_id, client_id, ...changes })
      expectJsonError(await postWith(world, jwt), 401, 'invalid_client')
    }
    const asRequest = await postWith(
      world,
      await assertion(world, client, key),
      { client_id, request: await assertion(world, client, key) },
      pushPath,
    )
    expectJsonError(asRequest, 400, 'invalid_request_object')
  })
})

describe('whose request object it is', () => {
  test('client_id outside is required, and client_id and iss inside are that client (J06)', async () => {
    const { world, sign, ask, sendEachWay } = await waysWorld()
    const other = await registerConfidential(world)
    await expectErrorPage(await ask({ client_id: undefined, request: await sign() }), 400, 'invalid_request')
    const asOther = await ask({ client_id: other.client_id, request: await sign() })
    expectErrorRedirect(world, asOther, redirectUri, 'invalid_request_object')
    for (const wrong of [{ client_id: other.client_id }, { iss: other.client_id }, { iss: undefined }]) {
      expect(await sendEachWay(await sign(wrong))).toEqual(refused)
    }
  })

  test('a pushed request object is that of the client that has authenticated (J06)', async () => {
    const { world, client, sign } = await waysWorld()
    const other = await registerConfidential(world)
    const request = await sign()
    const foreign = await postAs(world, other, pushPath, { request })
    expectJsonError(foreign, 400, 'invalid_request_object')
    const named = await postAs(world, other, pushPath, { client_id: client.client_id, request })
    expectJsonError(named, 400, 'invalid_request')
  })

  test('a request object with request or request_uri in it is refused (J07)', async () => {
    const { sign, sendEachWay } = await waysWorld()
    const inner = await sign()
    for (const nested of [
      { request: inner },
      { request: '' },
      { request: null },
      { request_uri: 'https://client.example/request' },
      { request_uri: 'urn:ietf:params:oauth:request_uri:x' },
    ]) {
      expect(await sendEachWay(await sign(nested))).toEqual(refused)
    }
  })

  test('request together with request_uri is invalid_request (J09)', async () => {
    const { world, client, sign, ask } = await waysWorld()
    const request = await sign()
    const registered = client.request_uris?.[0] ?? ''
    const both = await ask({ request, request_uri: registered })
    expectErrorRedirect(world, both, redirectUri, 'invalid_request')
    const pushed = await postAs(world, client, pushPath, { request })
    const withPushed = await ask({ request, request_uri: pushed.body.request_uri })
    expectErrorRedirect(world, withPushed, redirectUri, 'invalid_request')
    const inPush = await postAs(world, client, pushPath, { request, request_uri: registered })
    expectJsonError(inPush, 400, 'invalid_request')
  })
})
