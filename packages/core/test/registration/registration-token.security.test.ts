import { describe, expect, test } from 'vitest'
import { getTokens, registerConfidential, userinfo } from '../support/client.ts'
import { expectJsonError, send } from '../support/expectations.ts'
import { configure, registered, registrationWorld, repeated } from '../support/registration.ts'
import { watchStorage } from '../support/watched-storage.ts'
import { alice, createWorld, secret, type World } from '../support/world.ts'

const methods = ['GET', 'PUT', 'DELETE'] as const

/** Sends every method with this token to this client, and expects the same refusal. Returns the responses. */
async function refused(world: World, clientId: string, token: string | undefined): Promise<readonly unknown[]> {
  const seen: unknown[] = []
  for (const method of methods) {
    const answer = await send(
      world,
      `${world.issuer}/oauth2/register/client?client_id=${encodeURIComponent(clientId)}`,
      {
        method,
        headers: {
          'content-type': 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        ...(method === 'PUT' && { body: '{}' }),
      },
    )
    expectJsonError(answer, 401, 'invalid_token')
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /)
    seen.push([answer.body, answer.headers.get('www-authenticate')])
  }
  return seen
}

describe('whose token it is (H15)', () => {
  test('the token of client A is worth nothing on client B, and changes nothing (H15)', async () => {
    const { storage, writes } = watchStorage()
    const world = registrationWorld({ storage })
    const [a, b] = [await registered(world), await registered(world)]
    writes.length = 0
    await refused(world, b.client_id, a.registration_access_token)
    expect(writes).toEqual([])
    expect((await configure(world, b, 'GET')).status).toBe(200)
  })

  test('a wrong token, an unknown client and one of the server side look the same (H15)', async () => {
    const world = registrationWorld()
    const mine = await registered(world)
    const { client_id: serverSide } = await registerConfidential(world)
    const token = mine.registration_access_token
    const wrong = await refused(world, mine.client_id, `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`)
    expect(await refused(world, 'nobody', token)).toEqual(wrong)
    expect(await refused(world, serverSide, token)).toEqual(wrong)
    expect(await refused(world, '', token)).toEqual(wrong)
    for (const odd of ['*'.repeat(43), 'undefined', 'null', token.toLowerCase(), `${token}x`, 'é', 'x'.repeat(5000)]) {
      const sent = [...odd].every((letter) => letter.charCodeAt(0) < 256) ? odd : 'x'
      expect(await refused(world, mine.client_id, sent)).toEqual(wrong)
      expect(await refused(world, serverSide, sent)).toEqual(wrong)
    }
  })

  test('without a token, or with it anywhere but in the header, nothing is told (H15)', async () => {
    const world = registrationWorld()
    const client = await registered(world)
    await refused(world, client.client_id, undefined)
    await refused(world, client.client_id, '')
    const { registration_client_uri: url, registration_access_token: token } = client
    expectJsonError(await send(world, `${url}&access_token=${token}`), 401, 'invalid_token')
    const basic = { authorization: `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}` }
    expectJsonError(await send(world, url, { headers: basic }), 401, 'invalid_token')
    const cookie = { cookie: `session=${world.signIn(alice)}` }
    expectJsonError(await send(world, url, { headers: cookie }), 401, 'invalid_token')
  })

  test('two client_ids in the URL are refused (H15)', async () => {
    const world = registrationWorld()
    const [a, b] = [await registered(world), await registered(world)]
    const url = `${a.registration_client_uri}&client_id=${b.client_id}`
    const headers = { authorization: `Bearer ${a.registration_access_token}` }
    expectJsonError(await send(world, url, { headers }), 400, 'invalid_request')
  })

  test('other credentials are no registration tokens, and it is no other credential (H15)', async () => {
    const world = registrationWorld()
    const client = await registered(world, { redirect_uris: ['https://app.example.com/callback'] })
    const { access_token } = await getTokens(world, client, { scope: 'openid' })
    const initial = await world.provider.createInitialAccessToken({ expiresIn: 60 })
    for (const other of [access_token, initial, client.client_secret]) await refused(world, client.client_id, other)
    const token = client.registration_access_token
    expectJsonError(await userinfo(world, token), 401, 'invalid_token')
    expect(await world.provider.verifyAccessToken(token)).toBeUndefined()
    const answer = await send(world, `${world.issuer}/oauth2/register`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{}',
    })
    expectJsonError(answer, 401, 'invalid_token')
  })

  test('another issuer on the same storage does not know the token (H15, B02)', async () => {
    const world = registrationWorld()
    const client = await registered(world)
    const other = registrationWorld({ storage: world.storage, basePath: '/other' })
    await refused(other, client.client_id, client.registration_access_token)
  })
})

describe('rotation (H15)', () => {
  test('each replacement makes a new token and ends the one before (H15)', async () => {
    const world = registrationWorld()
    let client = await registered(world)
    const spent: string[] = []
    for (let round = 0; round < 3; round++) {
      const { body } = await configure(world, client, 'PUT', repeated(client, { client_name: `Round ${round}` }))
      spent.push(client.registration_access_token)
      client = { ...body, client_secret: client.client_secret }
      for (const token of spent) await refused(world, client.client_id, token)
    }
    expect(new Set([...spent, client.registration_access_token]).size).toBe(4)
    expect((await configure(world, client, 'GET')).body.client_name).toBe('Round 2')
  })

  test('of many replacements with one token exactly one is done (H15)', async () => {
    const world = registrationWorld()
    const client = await registered(world)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => configure(world, client, 'PUT', repeated(client, { client_name: `N${n}` }))),
    )
    const done = answers.filter(({ status }) => status === 200)
    expect(done.length).toBe(1)
    for (const answer of answers) if (!done.includes(answer)) expectJsonError(answer, 401, 'invalid_token')
    expect((await configure(world, done[0]?.body, 'GET')).body.client_name).toBe(done[0]?.body.client_name)
  })
})

test('without dynamic registration the tokens of before manage nothing (H15)', async () => {
  const world = registrationWorld()
  const client = await registered(world)
  const off = createWorld({ storage: world.storage })
  expectJsonError(await configure(off, client, 'DELETE'), 404, 'not_found')
  expect(await world.provider.getClient(client.client_id)).toBeDefined()
})

test('a pairwise client cannot move into the sector of another to learn who its users are there (H10, H15)', async () => {
  const world = registrationWorld({ pairwiseSecret: `${secret}-pairwise` })
  const pairwise = await registered(world, { subject_type: 'pairwise' })
  const moved = { redirect_uris: ['https://victim.example/cb'] }
  expectJsonError(await configure(world, pairwise, 'PUT', repeated(pairwise, moved)), 400, 'invalid_client_metadata')
  const plain = { subject_type: undefined }
  expectJsonError(await configure(world, pairwise, 'PUT', repeated(pairwise, plain)), 400, 'invalid_client_metadata')
  const stays = { redirect_uris: ['https://client.example.com/elsewhere'] }
  expect((await configure(world, pairwise, 'PUT', repeated(pairwise, stays))).status).toBe(200)
  const open = await registered(world)
  const turned = { ...moved, subject_type: 'pairwise' }
  expectJsonError(await configure(world, open, 'PUT', repeated(open, turned)), 400, 'invalid_client_metadata')
})
