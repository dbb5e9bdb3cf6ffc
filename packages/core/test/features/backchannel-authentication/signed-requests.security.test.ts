import type { ClientInput, RegisteredClient } from '@oauth/core'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  askCiba,
  type CibaWorld,
  cibaForm,
  cibaPath,
  cibaWorld,
  decideCiba,
  pollCiba,
  registerCiba,
} from '../../support/ciba.ts'
import { postAs } from '../../support/client.ts'
import { type ClientKey, clientKey, signJwt } from '../../support/client-keys.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { encodeJson } from '../../support/keys.ts'

let world: CibaWorld
let client: RegisteredClient
let key: ClientKey

async function start(input: ClientInput = {}, options: Parameters<typeof cibaWorld>[0] = {}): Promise<void> {
  world = cibaWorld(options)
  key = await clientKey()
  const rsa = await clientKey('RS256', 'rsa')
  client = await registerCiba(world, { jwks: { keys: [{ ...key.publicJwk }, { ...rsa.publicJwk }] }, ...input })
}
beforeEach(() => start())

type Loose = Readonly<Record<string, unknown>>

const claims = (changes: Loose = {}): Loose => {
  const now = world.clock.now()
  const times = { iat: now, nbf: now, exp: now + 300, jti: 'request-1' }
  return { iss: client.client_id, aud: world.issuer, ...times, ...cibaForm(), ...changes }
}
const sign = (changes: Loose = {}, header: Loose = {}, signer = key): Promise<string> =>
  signJwt(signer.privateKey, { alg: signer.algorithm, kid: signer.kid, ...header }, claims(changes))
const ask = (form: Readonly<Record<string, string | undefined>>) => postAs(world, client, cibaPath, form)

describe('a signed back-channel request', () => {
  test('its claims are the request, numbers and lists among them (C07)', async () => {
    const request = await sign({
      requested_expiry: 120,
      binding_message: 'Till 4',
      resource: ['https://api.example.com'],
    })
    const { status, body } = await ask({ request })
    expect([status, body.expires_in]).toEqual([200, 120])
    expect(world.told[0]).toMatchObject({ bindingMessage: 'Till 4' })
    await decideCiba(world)
    expect((await pollCiba(world, client, body)).status).toBe(200)
  })

  test('a requested_expiry that is a text is as good as a number (C04, C07)', async () => {
    const { body } = await ask({ request: await sign({ requested_expiry: '60' }) })
    expect(body.expires_in).toBe(60)
  })

  test.each(['iss', 'aud', 'exp', 'iat', 'nbf', 'jti'])(
    'without %s it is refused as invalid_request (C07)',
    async (name) => {
      expectJsonError(await ask({ request: await sign({ [name]: undefined }) }), 400, 'invalid_request')
      expect(world.told).toEqual([])
    },
  )

  test.each<[string, () => Loose]>([
    ['another issuer', () => ({ iss: 'somebody' })],
    ['another audience', () => ({ aud: 'https://elsewhere.example' })],
    ['an exp that has passed', () => ({ exp: world.clock.now() - 11 })],
    ['an nbf that is to come', () => ({ nbf: world.clock.now() + 60 })],
    ['an nbf of more than an hour ago', () => ({ nbf: world.clock.now() - 3700 })],
    ['a lifetime of more than an hour', () => ({ exp: world.clock.now() + 3700 })],
    ['an empty jti', () => ({ jti: '' })],
    ['a jti that is a number', () => ({ jti: 7 })],
    ['a request inside', () => ({ request: 'x' })],
    ['its client as the subject, like a client assertion', () => ({ sub: client.client_id })],
    ['two hints', () => ({ login_hint_token: 'x' })],
    ['a requested_expiry that is negative', () => ({ requested_expiry: -1 })],
  ])('with %s it is refused as invalid_request, and the user hears nothing (C07)', async (_, changes) => {
    expectJsonError(await ask({ request: await sign(changes()) }), 400, 'invalid_request')
    expect(world.told).toEqual([])
  })

  test('one that is unsigned, signed by a secret, by a stranger or for another purpose is refused (C07)', async () => {
    const stranger = await clientKey('ES256', 'stranger')
    const secret = new TextEncoder().encode(client.client_secret)
    const wrong = [
      `${encodeJson({ alg: 'none' })}.${encodeJson(claims())}.`,
      await signJwt(secret, { alg: 'HS256' }, claims()),
      await sign({}, {}, { ...stranger, kid: key.kid }),
      await sign({}, { typ: 'client-authentication+jwt' }),
      `${await sign()}x`,
      'no.jwt',
    ]
    for (const request of wrong) expectJsonError(await ask({ request }), 400, 'invalid_request')
    expect(world.told).toEqual([])
  })

  test('nothing may stand beside it but the authentication of the client (C07)', async () => {
    const request = await sign()
    expectJsonError(await ask({ request, scope: 'openid' }), 400, 'invalid_request')
    expectJsonError(await ask({ request, binding_message: 'Till 4' }), 400, 'invalid_request')
    expectJsonError(await ask({ request: '', ...cibaForm() }), 400, 'invalid_request')
    expectJsonError(await ask({ ...cibaForm(), request_uri: 'https://client.example/r' }), 400, 'invalid_request')
    expect((await ask({ request })).status).toBe(200)
  })

  test('the same one is good once, and a refused one uses nothing up (C07)', async () => {
    const request = await sign()
    world.users.clear()
    expectJsonError(await ask({ request }), 400, 'unknown_user_id')
    await start()
    const good = await sign()
    expect((await ask({ request: good })).status).toBe(200)
    expectJsonError(await ask({ request: good }), 400, 'invalid_request')
    expect(world.told).toHaveLength(1)
    expect((await ask({ request: await sign({ jti: 'request-2' }) })).status).toBe(200)
  })

  test('a client that registered an algorithm must sign, and with this one (C01, C07)', async () => {
    await start({ backchannel_authentication_request_signing_alg: 'ES256' })
    expectJsonError(await askCiba(world, client), 400, 'invalid_request')
    const rsa = await clientKey('RS256', 'rsa')
    expectJsonError(await ask({ request: await sign({}, {}, rsa) }), 400, 'invalid_request')
    expect((await ask({ request: await sign() })).status).toBe(200)
  })

  test('an algorithm that the server leaves out is not accepted (C01, C07)', async () => {
    await start({}, { signingAlgorithms: ['RS256'] })
    expectJsonError(await ask({ request: await sign() }), 400, 'invalid_request')
    const rsa = await clientKey('RS256', 'rsa')
    expect((await ask({ request: await sign({}, {}, rsa) })).status).toBe(200)
  })
})
