import { OAuthError, type RegisteredClient } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  apiOf,
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
import { isActive } from '../../support/client.ts'
import { editClient, expectJsonError } from '../../support/expectations.ts'
import { registered, withMachines } from '../../support/registration.ts'
import { yieldingStorage } from '../../support/storage.ts'
import { createQuickWorld } from '../../support/tokens.ts'
import { alice, bob } from '../../support/world.ts'

let world: CibaWorld
let client: RegisteredClient
beforeEach(async () => {
  world = cibaWorld()
  client = await registerCiba(world)
})

const outcomesOf = (answers: readonly { status: number }[]) => ({
  won: answers.filter(({ status }) => status === 200).length,
  lost: answers.filter(({ status }) => status === 400).length,
})

describe('who may answer a back-channel request', () => {
  test('for another user the request does not exist, and it waits on (C09)', async () => {
    const started = await startCiba(world, client)
    expect(await decideCiba(world, world.told[0], { userId: bob.id })).toBe('unknown')
    expect(await decideCiba(world, world.told[0], { approved: false, userId: bob.id })).toBe('unknown')
    expectJsonError(await pollCiba(world, client, started), 400, 'authorization_pending')
    expect(await decideCiba(world, world.told[0])).toBe('decided')
  })

  test('the auth_req_id of the client is no id by which the request is found or answered (C09)', async () => {
    const { auth_req_id } = await startCiba(world, client)
    expect(await apiOf(world.provider).find(auth_req_id)).toBeUndefined()
    expect(await decideCiba(world, { id: auth_req_id })).toBe('unknown')
    const { id } = await lastWaiting(world)
    expectJsonError(await pollCiba(world, client, { auth_req_id: id }), 400, 'invalid_grant')
  })

  test.each<[string, object, string]>([
    ['no user', { userId: undefined }, 'userId'],
    ['an approved that is a text', { approved: 'true' }, 'approved'],
    ['no session', { session: undefined }, 'session'],
    ['a session without authTime', { session: { amr: ['pwd'] } }, 'session.authTime'],
    ['an authTime in milliseconds', { session: { authTime: 1_800_000_000_000 } }, 'authTime in the future'],
    ['a scope beyond the request', { scopes: ['openid', 'notes:write'] }, 'scopes with notes:write'],
    ['a resource beyond the request', { resources: ['https://api.example.com'] }, 'resources with https://api'],
    ['an unknown member', { scope: 'openid' }, 'scope'],
  ])('a decision of the host with %s is refused by name, and the request waits on (C09)', async (_, changes, text) => {
    const started = await startCiba(world, client)
    await expect(decideCiba(world, undefined, changes)).rejects.toThrow(text)
    await expect(decideCiba(world, undefined, changes)).rejects.toThrow(TypeError)
    expectJsonError(await pollCiba(world, client, started), 400, 'authorization_pending')
  })

  test('links that somebody wrote into the storage by hand are not shown (A06, C09)', async () => {
    const links = { client_uri: 'javascript:alert(1)', logo_uri: 'data:text/html,x', policy_uri: 'javascript:alert(1)' }
    await editClient(world, client.client_id, ({ metadata }) => ({
      metadata: { ...metadata, ...links, tos_uri: 'https://a.example/tos' },
    }))
    await startCiba(world, client)
    const [told] = world.told
    expect(told).toMatchObject({ clientId: client.client_id, tosUri: 'https://a.example/tos' })
    for (const name of ['clientUri', 'logoUri', 'policyUri']) expect(told).not.toHaveProperty(name)
  })

  test('a decision that leaves no resource of those in the request is refused: such a grant would be good for any (C09)', async () => {
    const validAudiences = ['https://api.example.com', 'https://bank.example.com']
    world = cibaWorld({}, { validAudiences, bindResources: true })
    client = await registerCiba(world)
    const started = await startCiba(world, client, { resource: 'https://api.example.com' })
    await expect(decideCiba(world, undefined, { resources: [] })).rejects.toThrow('grant one of them, or refuse')
    expectJsonError(await pollCiba(world, client, started), 400, 'authorization_pending')
    expect(await decideCiba(world)).toBe('decided')
    const other = { resource: 'https://bank.example.com' }
    expectJsonError(await pollCiba(world, client, started, other), 400, 'invalid_target')
  })

  test('a session that is not what the client demands approves nothing, and the user can sign in anew (C09, C10)', async () => {
    world = cibaWorld({}, { requireAcrValues: true })
    client = await registerCiba(world, { default_max_age: 60 })
    const started = await startCiba(world, client, { acr_values: 'urn:high' })
    const { acrRequired, maxAge, acrValues } = await lastWaiting(world)
    expect({ acrRequired, maxAge, acrValues }).toEqual({ acrRequired: true, maxAge: 60, acrValues: ['urn:high'] })
    const decide = (acr: string, age: number) =>
      decideCiba(world, undefined, { session: { authTime: world.clock.now() - age, acr } })
    await expect(decide('urn:low', 0)).rejects.toMatchObject({ code: 'unmet_authentication_requirements' })
    await expect(decide('urn:high', 61)).rejects.toMatchObject({ code: 'login_required' })
    await expect(decide('urn:high', 61)).rejects.toThrow(OAuthError)
    expectJsonError(await pollCiba(world, client, started), 400, 'authorization_pending')
    expect(await decide('urn:high', 60)).toBe('decided')
  })

  test.each<[string, object, string]>([
    ['resolveUser', { resolveUser: () => 7 }, 'resolveUser must answer with the id of a user'],
    ['resolveUser with an object', { resolveUser: () => ({ id: alice.id }) }, 'resolveUser must answer'],
    ['verifyUserCode', { verifyUserCode: () => 'yes' }, 'verifyUserCode must answer true or false'],
    [
      'notifyUser',
      {
        notifyUser: () => {
          throw new Error('the phone is off')
        },
      },
      'the phone is off',
    ],
  ])(
    'a wrong answer of the function %s of the host is a server_error, and nothing waits (C09)',
    async (_, options, text) => {
      world = cibaWorld(options)
      client = await registerCiba(world)
      expectJsonError(await askCiba(world, client), 500, 'server_error')
      expect(await apiOf(world.provider).list(alice.id)).toEqual([])
      const failed = world.events.find(({ type }) => type === 'request.failed' || type === 'request.refused')
      expect(String((failed as { cause?: unknown } | undefined)?.cause)).toContain(text)
    },
  )
})

describe('races of a back-channel request', () => {
  beforeEach(async () => {
    world = cibaWorld({}, { storage: yieldingStorage(memoryStorage()) })
    client = await registerCiba(world)
  })

  test('of fifty decisions at the same time exactly one counts, and the client gets just that (C09)', async () => {
    const started = await startCiba(world, client)
    const decisions = Array.from({ length: 50 }, (_, index) => ({ approved: index % 2 === 0 }) as object)
    const outcomes = await Promise.all(decisions.map((changes) => decideCiba(world, world.told[0], changes)))
    expect(outcomes.filter((outcome) => outcome === 'decided')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'already_decided')).toHaveLength(49)
    const approved = outcomes.indexOf('decided') % 2 === 0
    const { status, body } = await pollCiba(world, client, started)
    expect(approved ? status : body.error).toBe(approved ? 200 : 'access_denied')
    expect(world.events.filter(({ type }) => type === 'ciba.approved' || type === 'ciba.denied')).toHaveLength(1)
  })

  test('of fifty token requests at the same time exactly one gets tokens, which stay good (C10)', async () => {
    const started = await startCiba(world, client)
    await decideCiba(world)
    const answers = await Promise.all(Array.from({ length: 50 }, () => pollCiba(world, client, started)))
    expect(outcomesOf(answers)).toEqual({ won: 1, lost: 49 })
    const winner = answers.find(({ status }) => status === 200)
    expect(await isActive(world, winner?.body.access_token)).toBe(true)
    expect(await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })).toHaveLength(1)
  })

  test('a decision wins against a client that polls all the time (C09, C10)', async () => {
    const started = await startCiba(world, client)
    const polls = Array.from({ length: 20 }, () => pollCiba(world, client, started))
    const [outcome] = await Promise.all([decideCiba(world, world.told[0]), ...polls])
    expect(outcome).toBe('decided')
  })

  test('of many requests at the same time only as many reach the user as the limit says (C15)', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => askCiba(world, client)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(15)
    expect(world.told).toHaveLength(5)
    expect(await apiOf(world.provider).list(alice.id)).toHaveLength(5)
  })
})

describe('a user who is asked again and again', () => {
  const times = async (count: number, of = client, changes = {}) => {
    const statuses: number[] = []
    for (let index = 0; index < count; index++) statuses.push((await askCiba(world, of, changes)).status)
    return statuses
  }

  test('hears five requests of one client in ten minutes, whatever the limit of requests says (C15)', async () => {
    expect(await times(6)).toEqual([200, 200, 200, 200, 200, 429])
    const refused = await askCiba(world, client)
    expectJsonError(refused, 429, 'rate_limited')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(590)
    // Refusals count: to refuse must not bring the next request.
    await decideCiba(world, undefined, { approved: false })
    expect(await times(1)).toEqual([429])
    // Other users, and other clients, are not affected.
    expect(await times(1, client, { login_hint: bob.email })).toEqual([200])
    expect(await times(1, await registerCiba(world))).toEqual([200])
    world.clock.advance(600)
    expect(await times(1)).toEqual([200])
  })

  test('approves as many requests as they like: those do not count (C15)', async () => {
    for (let index = 0; index < 12; index++) {
      await startCiba(world, client)
      expect(await decideCiba(world)).toBe('decided')
    }
  })

  test('hears twenty requests of all clients together, and a client that asks too often does not use them up (C15)', async () => {
    world = cibaWorld({ prompts: { perClient: 2, perUser: 3 } })
    const [loud, other, third] = [await registerCiba(world), await registerCiba(world), await registerCiba(world)]
    expect(await times(4, loud)).toEqual([200, 200, 429, 429])
    expect(await times(2, other)).toEqual([200, 429])
    expect(await times(1, third)).toEqual([429])
  })

  test('a request that waits longer than the window counts until it ends (C15)', async () => {
    world = cibaWorld({ prompts: { perClient: 1, windowSeconds: 60 }, lifetimeSeconds: 300 })
    client = await registerCiba(world)
    expect(await times(1)).toEqual([200])
    world.clock.advance(299)
    expect(await times(1)).toEqual([429])
    world.clock.advance(1)
    expect(await times(1)).toEqual([200])
  })

  test('wrong user codes count, so that nobody tries all of them (C04, C15)', async () => {
    world = cibaWorld({ verifyUserCode: (_, code) => code === '4711' })
    client = await registerCiba(world)
    expect(await times(5, client, { user_code: '0000' })).toEqual([400, 400, 400, 400, 400])
    expect(await times(1, client, { user_code: '4711' })).toEqual([429])
  })

  test('clients that registered themselves may not ask, unless the host names them (C15)', async () => {
    world = cibaWorld({}, { ...withMachines, allowDynamicClientRegistration: true })
    const self = await registered(world, {
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: [cibaGrantType],
      response_types: [],
      redirect_uris: [],
      scope: 'openid email offline_access',
      backchannel_token_delivery_mode: 'poll',
    })
    expectJsonError(await askCiba(world, self), 400, 'unauthorized_client')
    const naming = cibaWorld({ clients: [self.client_id] }, { storage: world.storage, beside: world })
    expect((await askCiba(naming, self)).status).toBe(200)
  })

  test('the option clients keeps all other clients from the back channel (C15)', async () => {
    world = cibaWorld({ clients: ['till'] })
    expectJsonError(await askCiba(world, await registerCiba(world)), 400, 'unauthorized_client')
    expect((await askCiba(world, await registerCiba(world, { client_id: 'till' }))).status).toBe(200)
  })
})

describe('a back-channel request elsewhere', () => {
  test('the auth_req_id is worth nothing to another client, which does not use it up (C08)', async () => {
    const started = await startCiba(world, client)
    await decideCiba(world)
    expectJsonError(await pollCiba(world, await registerCiba(world), started), 400, 'invalid_grant')
    expect((await pollCiba(world, client, started)).status).toBe(200)
  })

  test('another issuer on the same storage knows nothing of it (C06, C09)', async () => {
    const started = await startCiba(world, client)
    const other = cibaWorld({}, { storage: world.storage, baseUrl: 'https://other.example.com' })
    expectJsonError(await pollCiba(other, client, started), 400, 'invalid_grant')
    expect(await apiOf(other.provider).list(alice.id)).toEqual([])
    expect(await apiOf(other.provider).find(world.told[0]?.id ?? '')).toBeUndefined()
    expect(await decideCiba(other, world.told[0])).toBe('unknown')
  })

  test('a process without the feature gives no tokens, and what waits stays as it is (C08)', async () => {
    const started = await startCiba(world, client)
    await decideCiba(world)
    const plain = createQuickWorld({ storage: world.storage, beside: world })
    expectJsonError(await pollCiba(plain, client, started), 400, 'unsupported_grant_type')
    expect((await pollCiba(world, client, started)).status).toBe(200)
  })

  test('access that is withdrawn between the approval and the collection leaves no grant (C10)', async () => {
    const started = await startCiba(world, client)
    await decideCiba(world)
    await world.provider.revokeUserGrants(alice.id)
    expectJsonError(await pollCiba(world, client, started), 400, 'invalid_grant')
    expect(await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })).toEqual([])
  })

  test('a user who is gone gets nobody tokens, and a client that was disabled cannot be approved (C10)', async () => {
    const started = await startCiba(world, client)
    const waiting = await startCiba(world, client)
    await decideCiba(world, world.told[0])
    world.users.delete(alice.id)
    expectJsonError(await pollCiba(world, client, started), 400, 'invalid_grant')
    await world.provider.deleteClient(client.client_id)
    expect(await decideCiba(world, world.told[1])).toBe('unknown')
    expect(await apiOf(world.provider).list(alice.id)).toEqual([])
    expectJsonError(await pollCiba(world, client, waiting), 401, 'invalid_client')
  })
})
