import { describe, expect, test } from 'vitest'
import { expectJsonError } from '../support/expectations.ts'
import {
  configure,
  fromOwnPage,
  redirectUris,
  register,
  registered,
  registrationWorld,
  repeated,
} from '../support/registration.ts'
import { watchStorage } from '../support/watched-storage.ts'

const minimal = { redirect_uris: redirectUris }

describe('what stays secret (C13, G11, G12)', () => {
  test('neither the secret nor the registration token is stored (C13)', async () => {
    const world = registrationWorld()
    const client = await registered(world)
    const row = JSON.stringify(await world.provider.getClient(client.client_id))
    for (const one of [client.client_secret, client.registration_access_token]) expect(row).not.toContain(one)
  })

  test('no event holds a token, a secret or a cookie, and every answer is no-store (G09, G11)', async () => {
    const world = registrationWorld()
    const page = fromOwnPage(world)
    const initial = await world.provider.createInitialAccessToken({ expiresIn: 60 })
    const answers = [
      await register(world, minimal, page),
      await register(world, minimal, { authorization: `Bearer ${initial}` }),
      await register(world, { ...minimal, skip_consent: true }, page),
      await register(world, minimal, { authorization: `Bearer ${initial}x` }),
      await register(world, minimal),
    ]
    const client = answers[0]?.body
    answers.push(
      await configure(world, client, 'GET'),
      await configure(world, client, 'GET', undefined, `${client.registration_access_token}x`),
      await configure(world, client, 'PUT', repeated(client)),
    )
    const next = answers.at(-1)?.body
    answers.push(await configure(world, next, 'DELETE'))
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 400, 401, 401, 200, 401, 200, 204])
    for (const { headers } of answers) expect(headers.get('cache-control')).toBe('no-store')
    const events = JSON.stringify(world.events)
    const canaries = [initial, page.cookie?.slice('session='.length), client.client_secret]
    for (const canary of [...canaries, client.registration_access_token, next.registration_access_token]) {
      expect(events).not.toContain(canary)
    }
  })

  test('a storage that fails is a 500 without its text, and the client is not there (G12)', async () => {
    const { storage } = watchStorage()
    const clients = {
      ...storage.clients,
      insert: () => {
        throw new Error('disk /var/lib/clients is full')
      },
    }
    const world = registrationWorld({ storage: { ...storage, clients } })
    const answer = await register(world, minimal, fromOwnPage(world))
    expectJsonError(answer, 500, 'server_error')
    expect(JSON.stringify(answer.body)).not.toContain('disk')
  })
})
