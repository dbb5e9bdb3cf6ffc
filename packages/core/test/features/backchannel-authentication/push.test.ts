import { createHash } from 'node:crypto'
import type { RegisteredClient } from '@oauth/core'
import { encryptedResponses } from '@oauth/core/features/encrypted-responses'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  askCiba,
  type CibaWorld,
  cibaGrantType,
  cibaWorld,
  decideCiba,
  lastWaiting,
  pollCiba,
  registerCiba,
  startCiba,
} from '../../support/ciba.ts'
import { claimsOf, isActive, refresh } from '../../support/client.ts'
import { decrypt, encryptionPair } from '../../support/encryption.ts'
import { expectJsonError, send } from '../../support/expectations.ts'
import { activeOf } from '../../support/tokens.ts'
import { alice, type WorldOptions } from '../../support/world.ts'

const endpoint = 'https://client.example/ciba'
const client_notification_token = 'notify-me.with_128-bits~of+randomness/0123=='
const authReqIdClaim = 'urn:openid:params:jwt:claim:auth_req_id'
const rtHashClaim = 'urn:openid:params:jwt:claim:rt_hash'
const pushed = {
  backchannel_token_delivery_mode: 'push',
  backchannel_client_notification_endpoint: endpoint,
} as const

interface Sent {
  readonly url: string
  readonly init: RequestInit
}

let sent: Sent[]
/** What the client answers next; after the last one 204. */
let answers: (number | Error)[]
let world: CibaWorld
let client: RegisteredClient

async function start(options: Parameters<typeof cibaWorld>[0] = {}, more: WorldOptions = {}): Promise<void> {
  sent = []
  answers = []
  world = cibaWorld(
    { deliveryModes: ['poll', 'ping', 'push'], ...options },
    {
      outboundFetch: async (url, init) => {
        sent.push({ url, init })
        const answer = answers.shift() ?? 204
        if (answer instanceof Error) throw answer
        return new Response(answer === 204 ? null : 'ignored', { status: answer })
      },
      ...more,
    },
  )
  client = await registerCiba(world, pushed)
}
beforeEach(() => start())

const ask = (changes = {}) => startCiba(world, client, { client_notification_token, ...changes })
const settled = () => Promise.all(world.notifications)
const bodies = () => sent.map(({ init }) => JSON.parse(init.body as string))
const halfHash = (text: string) => createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url')

describe('the mode push', () => {
  test('is registered and published only where the option names it (C01, C12)', async () => {
    const modes = async () =>
      (await send(world, `${world.issuer}/.well-known/openid-configuration`)).body
        .backchannel_token_delivery_modes_supported
    expect(await modes()).toEqual(['poll', 'ping', 'push'])
    await expect(
      registerCiba(world, { ...pushed, backchannel_client_notification_endpoint: undefined }),
    ).rejects.toThrow('push needs backchannel_client_notification_endpoint')
    world = cibaWorld()
    expect(await modes()).toEqual(['poll', 'ping'])
    await expect(registerCiba(world, pushed)).rejects.toThrow('unsupported backchannel_token_delivery_mode push')
  })

  test('a request needs a notification token, and its answer has no interval (C04, C06)', async () => {
    expectJsonError(await askCiba(world, client), 400, 'invalid_request')
    expect(await ask()).toEqual({ auth_req_id: expect.any(String), expires_in: 300 })
  })

  test('an approval sends the client its tokens, with its notification token, and they are good (C10, C12)', async () => {
    const { auth_req_id } = await ask()
    expect(await decideCiba(world)).toBe('decided')
    await settled()
    expect(sent).toHaveLength(1)
    const { url, init } = sent[0] as Sent
    expect([url, init.method, init.redirect]).toEqual([endpoint, 'POST', 'manual'])
    expect(init.headers).toEqual({
      'content-type': 'application/json',
      authorization: `Bearer ${client_notification_token}`,
    })
    const [body] = bodies()
    expect(body).toEqual({
      auth_req_id,
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: expect.any(Number),
      refresh_token: expect.any(String),
      id_token: expect.any(String),
      scope: 'openid email offline_access',
    })
    expect(await isActive(world, body.access_token)).toBe(true)
    expect((await refresh(world, client, body.refresh_token)).status).toBe(200)
    expect((await world.provider.listGrants(alice.id)).map(({ via }) => via)).toEqual(['ciba'])
    const types = world.events.map(({ type }) => type)
    for (const type of ['ciba.approved', 'tokens.issued', 'ciba.notified']) expect(types).toContain(type)
  })

  test('the ID token names the request and has the hashes of both tokens, and no nonce (C10)', async () => {
    const { auth_req_id } = await ask()
    await decideCiba(world)
    await settled()
    const [{ id_token, access_token, refresh_token }] = bodies()
    const claims = claimsOf(id_token)
    expect(claims).toMatchObject({
      sub: alice.id,
      aud: client.client_id,
      auth_time: world.clock.now(),
      at_hash: halfHash(access_token),
      [authReqIdClaim]: auth_req_id,
      [rtHashClaim]: halfHash(refresh_token),
    })
    expect(claims).not.toHaveProperty('nonce')
  })

  test('without a refresh token there is no hash of one, and the hash is of what the client gets (C10)', async () => {
    await ask({ scope: 'openid email' })
    await decideCiba(world)
    await settled()
    expect(bodies()[0]).not.toHaveProperty('refresh_token')
    expect(claimsOf(bodies()[0].id_token)).not.toHaveProperty([rtHashClaim])
    const own = {
      refreshTokenEncoder: (token: string) => `own.${token}`,
      refreshTokenDecoder: (token: string) => token,
    }
    await start({}, own)
    await ask()
    await decideCiba(world)
    await settled()
    const [{ id_token, refresh_token }] = bodies()
    expect(refresh_token).toMatch(/^own\./)
    expect(claimsOf(id_token)[rtHashClaim]).toBe(halfHash(refresh_token))
  })

  test('ID tokens of other modes have neither claim (C10)', async () => {
    client = await registerCiba(world)
    const started = await startCiba(world, client)
    await decideCiba(world)
    const { body } = await pollCiba(world, client, started)
    const claims = claimsOf(body.id_token)
    expect(Object.keys(claims).filter((name) => name.startsWith('urn:'))).toEqual([])
    expect(sent).toEqual([])
  })

  test('what the user has left out is not in the tokens (C09, C12)', async () => {
    await ask()
    await decideCiba(world, undefined, { scopes: ['email'] })
    await settled()
    expect(bodies()[0].scope).toBe('openid email')
    expect(bodies()[0]).not.toHaveProperty('refresh_token')
  })

  test('the ID token is encrypted for a client that has registered so (C10)', async () => {
    const pair = await encryptionPair()
    await start({}, { features: [encryptedResponses()] })
    const jwks = { keys: [pair.publicJwk] }
    client = await registerCiba(world, { ...pushed, jwks, id_token_encrypted_response_alg: 'ECDH-ES' })
    const { auth_req_id } = await ask()
    await decideCiba(world)
    await settled()
    const jwt = await decrypt(bodies()[0].id_token, pair)
    expect(claimsOf(jwt)).toMatchObject({ sub: alice.id, [authReqIdClaim]: auth_req_id })
  })

  test('a refusal and an expiry are pushed as errors (C12)', async () => {
    const refused = await ask()
    expect(await decideCiba(world, undefined, { approved: false })).toBe('decided')
    const late = await ask()
    const { id } = await lastWaiting(world)
    world.clock.advance(300)
    expect(await decideCiba(world, { id })).toBe('expired')
    expect(await decideCiba(world, { id })).toBe('expired')
    await settled()
    const error_description = expect.any(String)
    expect(bodies()).toEqual([
      { auth_req_id: refused.auth_req_id, error: 'access_denied', error_description },
      { auth_req_id: late.auth_req_id, error: 'expired_token', error_description },
    ])
    expect(await world.provider.listGrants(alice.id)).toEqual([])
  })

  test('a client that is down for a moment gets the same tokens later (C12)', async () => {
    await start({ retryAfterSeconds: [0.01, 0.01] })
    answers.push(503, new Error('refused'))
    await ask()
    await decideCiba(world)
    await settled()
    expect(new Set(sent.map(({ init }) => init.body)).size).toBe(1)
    expect(sent).toHaveLength(3)
    expect(await activeOf(world, [bodies()[0].access_token])).toHaveLength(1)
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'ciba.notified', attempts: 3 }))
  })

  test('another process sends the tokens (C09, C12)', async () => {
    const { auth_req_id } = await ask()
    const before = world
    const of = client
    await start({}, { storage: world.storage, beside: before })
    expect(await decideCiba(world, before.told[0])).toBe('decided')
    await settled()
    expect(bodies()).toMatchObject([{ auth_req_id, token_type: 'Bearer' }])
    expect(claimsOf(bodies()[0].id_token).aud).toBe(of.client_id)
  })

  test('the token endpoint gives a client in the mode push nothing, before and after (C08, C12)', async () => {
    const started = await ask()
    expectJsonError(await pollCiba(world, client, started), 400, 'unauthorized_client')
    await decideCiba(world)
    expectJsonError(await pollCiba(world, client, started), 400, 'unauthorized_client')
    expect(client.grant_types).toContain(cibaGrantType)
  })
})
