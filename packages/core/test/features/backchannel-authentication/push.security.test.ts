import type { RegisteredClient } from '@oauth/core'
import { dpop } from '@oauth/core/features/dpop'
import { fapiCibaProfile } from '@oauth/core/features/fapi2'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { memoryStorage } from '@oauth/core/memory'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  apiOf,
  askCiba,
  type CibaWorld,
  cibaForm,
  cibaPath,
  cibaWorld,
  decideCiba,
  lastWaiting,
  registerCiba,
  startCiba,
} from '../../support/ciba.ts'
import { isActive, post } from '../../support/client.ts'
import { assertion, assertionType, clientKey, signJwt } from '../../support/client-keys.ts'
import { makeProof, postWithProof, thumbprintOf } from '../../support/dpop.ts'
import { expectJsonError, send } from '../../support/expectations.ts'
import { recordingStorage, wrapStorage } from '../../support/storage.ts'
import { failingStorage } from '../../support/watched-storage.ts'
import { alice, type WorldOptions } from '../../support/world.ts'

const client_notification_token = 'notify-me.with_128-bits~of+randomness/0123=='
const pushed = {
  backchannel_token_delivery_mode: 'push',
  backchannel_client_notification_endpoint: 'https://client.example/ciba',
} as const

type Answering = number | Error | (() => Promise<Response>)

let bodies: Record<string, string>[]
/** What the client answers next; after the last one 204. */
let answers: Answering[]
let world: CibaWorld
let client: RegisteredClient

async function start(
  options: Parameters<typeof cibaWorld>[0] = {},
  more: WorldOptions = {},
  metadata: object = {},
): Promise<void> {
  bodies = []
  answers = []
  world = cibaWorld(
    { deliveryModes: ['poll', 'ping', 'push'], ...options },
    {
      outboundFetch: async (_, init) => {
        bodies.push(JSON.parse(init.body as string))
        const answer = answers.shift() ?? 204
        if (answer instanceof Error) throw answer
        if (typeof answer === 'function') return answer()
        const headers = answer === 302 ? { location: 'https://elsewhere.example/' } : {}
        return new Response(answer === 204 ? null : 'ignored', { status: answer, headers })
      },
      ...more,
    },
  )
  client = await registerCiba(world, { ...pushed, ...metadata })
}
beforeEach(() => start())

const ask = () => startCiba(world, client, { client_notification_token })
const settled = () => Promise.all(world.notifications)
const eventsOf = (type: string) => world.events.filter((event) => event.type === type)
const accessToken = () => bodies[0]?.access_token as string
const askWith = async (proof: boolean) => {
  const claims = { htu: world.issuer + cibaPath }
  const form = cibaForm({ client_notification_token }) as Record<string, string>
  return postWithProof(world, client, form, proof ? await makeProof(world, { claims }) : undefined, cibaPath)
}

describe('tokens that are pushed', () => {
  test('of many decisions at the same time one issues and sends tokens (C10, C12)', async () => {
    await ask()
    const request = await lastWaiting(world)
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => decideCiba(world, request)))
    await settled()
    expect(outcomes.filter((outcome) => outcome === 'decided')).toHaveLength(1)
    expect(bodies).toHaveLength(1)
    expect(eventsOf('tokens.issued')).toHaveLength(1)
    expect(await world.provider.listGrants(alice.id)).toHaveLength(1)
    expect(await decideCiba(world, request)).toBe('unknown')
  })

  test('of an approval and a refusal at the same time one counts, and the client gets one message (C12)', async () => {
    await ask()
    const request = await lastWaiting(world)
    const outcomes = await Promise.all([
      decideCiba(world, request),
      decideCiba(world, request, { approved: false }),
      decideCiba(world, request),
    ])
    await settled()
    expect(outcomes.filter((outcome) => outcome === 'decided')).toHaveLength(1)
    expect(bodies).toHaveLength(1)
    expect(await world.provider.listGrants(alice.id)).toHaveLength(bodies[0]?.error === undefined ? 1 : 0)
  })

  test.each([302, 400, 401, 403, 404, 503])(
    'that a client answers with %i are revoked, no redirect is followed, and nothing is sent again (C12)',
    async (status) => {
      answers.push(status)
      await ask()
      expect(await decideCiba(world)).toBe('decided')
      await settled()
      expect(bodies).toHaveLength(1)
      const grantId = eventsOf('ciba.approved').map((event) => 'grantId' in event && event.grantId)[0]
      const of = { clientId: client.client_id, userId: alice.id, grantId }
      expect(eventsOf('ciba.push_failed')).toEqual([{ type: 'ciba.push_failed', ...of, attempts: 1, status }])
      expect(eventsOf('grant.revoked')).toEqual([{ type: 'grant.revoked', grantId }])
      expect(await isActive(world, accessToken())).toBe(false)
      expect(await world.provider.listGrants(alice.id)).toEqual([])
    },
  )

  test('a final refusal by the client is not tried again, whatever the option says (C12)', async () => {
    await start({ retryAfterSeconds: [0.01, 0.01] })
    answers.push(403)
    await ask()
    await decideCiba(world)
    await settled()
    expect(bodies).toHaveLength(1)
  })

  test('decide does not wait for a client that does not answer, and its tokens end with the time-out (C12)', async () => {
    await start({}, { outboundTimeoutSeconds: 1 })
    answers.push(() => new Promise<Response>(() => {}))
    await ask()
    expect(await decideCiba(world)).toBe('decided')
    expect(eventsOf('ciba.push_failed')).toEqual([])
    await settled()
    expect(eventsOf('ciba.push_failed')).toMatchObject([{ cause: expect.any(Error) }])
    expect(await isActive(world, accessToken())).toBe(false)
  })

  test('a client that answers with an endless body has got its tokens, and nothing of it is read (C12)', async () => {
    let pulled = 0
    answers.push(async () => {
      const pull = (controller: ReadableStreamDefaultController) => {
        pulled += 1
        controller.enqueue(new Uint8Array(65_536))
      }
      return new Response(new ReadableStream({ pull }))
    })
    await ask()
    await decideCiba(world)
    await settled()
    expect(pulled).toBeLessThan(10)
    expect(await isActive(world, accessToken())).toBe(true)
  })

  test('access that ends while they are on their way does not come back with them (C12)', async () => {
    let respond: (response: Response) => void = () => {}
    answers.push(() => new Promise((resolve) => (respond = resolve)))
    await ask()
    await decideCiba(world)
    await world.provider.disconnectApp(alice.id, client.client_id)
    await expect.poll(() => bodies.length).toBe(1)
    respond(new Response(null, { status: 204 }))
    await settled()
    expect(await isActive(world, accessToken())).toBe(false)
  })

  test('none of their secrets is in the storage or in an event (C12)', async () => {
    const recording = recordingStorage(memoryStorage())
    await start({}, { storage: recording.storage })
    answers.push(404)
    const { auth_req_id } = await ask()
    await decideCiba(world)
    await settled()
    const { access_token, refresh_token, id_token } = bodies[0] ?? {}
    for (const secret of [client_notification_token, auth_req_id, access_token, refresh_token, id_token]) {
      expect(secret).toBeTypeOf('string')
      expect(recording.dump()).not.toContain(secret)
      expect(JSON.stringify(world.events)).not.toContain(secret)
    }
  })

  test('a hook cannot change what binds the message together (C10, C12)', async () => {
    const claim = 'urn:openid:params:jwt:claim:auth_req_id'
    await start(
      {},
      {
        customIdTokenClaims: () => ({ [claim]: 'another' }),
        customTokenResponseFields: () => ({ auth_req_id: 'another' }),
      },
    )
    const { auth_req_id } = await ask()
    await decideCiba(world)
    await settled()
    expect(bodies[0]?.auth_req_id).toBe(auth_req_id)
    const [, payload = ''] = (bodies[0]?.id_token ?? '').split('.')
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())[claim]).toBe(auth_req_id)
  })
})

describe('an approval that cannot be carried out', () => {
  test('leaves the request waiting when the storage fails before the write, and nothing is sent (C10, C12)', async () => {
    const failing = failingStorage()
    await start({}, { storage: failing.storage })
    await ask()
    const request = await lastWaiting(world)
    failing.fail('grants', 'commit', new Error('the process was killed'))
    await expect(decideCiba(world, request)).rejects.toThrow()
    await settled()
    expect(bodies).toEqual([])
    expect(await world.provider.listGrants(alice.id)).toEqual([])
    expect(await apiOf(world.provider).find(request.id)).toBeDefined()
  })

  test('ends the grant when the answer of the storage was lost, and the client is told that it failed (C10, C12)', async () => {
    const storage = wrapStorage(memoryStorage(), async (name, _, run) => {
      const result = await run()
      if (name === 'grants.commit') throw new Error('the connection was lost')
      return result
    })
    await start({}, { storage })
    const { auth_req_id } = await ask()
    await expect(decideCiba(world)).rejects.toThrow('the connection was lost')
    await settled()
    expect(bodies).toEqual([{ auth_req_id, error: 'transaction_failed', error_description: expect.any(String) }])
    expect(await world.provider.listGrants(alice.id)).toEqual([])
  })

  test('for access that was withdrawn meanwhile sends and leaves no tokens (C12)', async () => {
    let withdraw = async () => {}
    const customIdTokenClaims = async () => {
      await withdraw()
      return {}
    }
    await start({}, { customIdTokenClaims })
    await ask()
    const request = await lastWaiting(world)
    withdraw = () => world.provider.revokeUserGrants(alice.id).then(() => {})
    await decideCiba(world, request)
    await settled()
    expect(bodies.filter((body) => 'access_token' in body)).toEqual([])
    expect(await world.provider.listGrants(alice.id)).toEqual([])
  })

  test('leaves it waiting when the user is gone or a hook fails, and a later approval counts (C12)', async () => {
    let fails = true
    await start(
      {},
      {
        customIdTokenClaims: () => {
          if (fails) throw new Error('the hook failed')
          return {}
        },
      },
    )
    await ask()
    const request = await lastWaiting(world)
    await expect(decideCiba(world, request)).rejects.toThrow('the hook failed')
    fails = false
    world.users.delete(alice.id)
    await expect(decideCiba(world, request)).rejects.toThrow()
    world.users.set(alice.id, alice)
    expect(await decideCiba(world, request)).toBe('decided')
    await settled()
    expect(bodies).toHaveLength(1)
  })

  test('in a process without the option, or with another secret, decides nothing (C12)', async () => {
    await ask()
    const first = world
    const [request] = first.told
    const beside = { storage: world.storage, beside: first }
    await expect(decideCiba(cibaWorld({}, beside), request)).rejects.toThrow('add push to the option deliveryModes')
    const other = cibaWorld({ deliveryModes: ['push'] }, { ...beside, secret: 'b'.repeat(32) })
    await expect(decideCiba(other, request)).rejects.toThrow('no secret opens the notification')
    expectJsonError(
      await askCiba(cibaWorld({}, beside), client, { client_notification_token }),
      400,
      'unauthorized_client',
    )
    expect(bodies).toEqual([])
    expect(await decideCiba(first, request)).toBe('decided')
  })
})

describe('a client in the mode push whose tokens must be bound to a key', () => {
  test('proves the key with its request, and gets tokens that are bound to it (C12, C14)', async () => {
    await start({}, { features: [dpop()] }, { dpop_bound_access_tokens: true })
    expectJsonError(await askWith(false), 400, 'invalid_request')
    expect((await askWith(true)).status).toBe(200)
    await decideCiba(world)
    await settled()
    expect(bodies[0]?.token_type).toBe('DPoP')
    const { body } = await send(world, `${world.issuer}/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${accessToken()}` },
    })
    expect(body.error).toBe('invalid_token')
    expect(await world.provider.verifyAccessToken(accessToken())).toMatchObject({
      extra: { cnf: { jkt: await thumbprintOf() } },
    })
  })

  test('cannot bind its request to a key that it does not prove (C12)', async () => {
    await start({}, { features: [dpop()] })
    const dpop_jkt = await thumbprintOf()
    expectJsonError(await askCiba(world, client, { client_notification_token, dpop_jkt }), 400, 'invalid_request')
    expect(world.told).toEqual([])
  })

  test('gets no bearer token from a process that does not know the key (C12)', async () => {
    await start({}, { features: [dpop()] })
    expect((await askWith(true)).status).toBe(200)
    const without = cibaWorld({ deliveryModes: ['push'] }, { storage: world.storage, beside: world })
    await expect(decideCiba(without, world.told[0])).rejects.toThrow()
    expect(bodies).toEqual([])
    expect(await apiOf(world.provider).find(world.told[0]?.id ?? '')).toBeDefined()
  })

  test('FAPI-CIBA registers none, publishes no push, and refuses one that was there before (C12, C14)', async () => {
    const features = [privateKeyJwt(), dpop()]
    const key = await clientKey()
    const metadata = {
      ...pushed,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ ...key.publicJwk }] },
      dpop_bound_access_tokens: true,
    } as const
    await start({}, { features })
    client = await registerCiba(world, metadata)
    const strict = cibaWorld(
      { deliveryModes: ['poll', 'push'] },
      { features: [...features, fapiCibaProfile()], storage: world.storage, beside: world },
    )
    const { body } = await send(strict, `${strict.issuer}/.well-known/openid-configuration`)
    expect(body.backchannel_token_delivery_modes_supported).toEqual(['poll'])
    await expect(registerCiba(strict, metadata)).rejects.toThrow('does not allow backchannel_token_delivery_mode push')
    const now = world.clock.now()
    const jwt = { iss: client.client_id, aud: world.issuer, iat: now, nbf: now, exp: now + 60, jti: 'request-1' }
    const claims = { ...jwt, ...cibaForm({ binding_message: 'Till 4', client_notification_token }) }
    const asked = await post(
      strict,
      cibaPath,
      {
        client_id: client.client_id,
        client_assertion_type: assertionType,
        client_assertion: await assertion(strict, client, key),
        request: await signJwt(key.privateKey, { alg: key.algorithm, kid: key.kid }, claims),
      },
      { dpop: await makeProof(strict, { claims: { htu: strict.issuer + cibaPath } }) },
    )
    expectJsonError(asked, 400, 'unauthorized_client')
    expect(asked.body.error_description).toContain('does not allow the mode push')
    expect(strict.told).toEqual([])
  })

  test('under FAPI-CIBA since it has asked, it gets nothing sent (C12, C14)', async () => {
    await start({}, { features: [privateKeyJwt(), dpop()] })
    expect((await askWith(true)).status).toBe(200)
    const strict = cibaWorld(
      { deliveryModes: ['poll', 'push'] },
      { features: [privateKeyJwt(), dpop(), fapiCibaProfile()], storage: world.storage, beside: world },
    )
    await expect(decideCiba(strict, world.told[0])).rejects.toMatchObject({ code: 'unauthorized_client' })
    expect(bodies).toEqual([])
  })
})
