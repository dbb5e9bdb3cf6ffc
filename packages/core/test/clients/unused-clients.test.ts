import type { RegisteredClient } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  exchangeCode,
  getTokens,
  postAs,
  refresh,
  registerConfidential,
} from '../support/client.ts'
import { editClient, expectJsonError } from '../support/expectations.ts'
import { plainScope } from '../support/prepared.ts'
import { wrapStorage } from '../support/storage.ts'
import { createWorld, type World, type WorldOptions } from '../support/world.ts'

const day = 86_400
const machine = { grant_type: 'client_credentials' }

interface Registered {
  readonly world: World
  readonly client: RegisteredClient
  /** The verbs of the client store that the server has called since the registration. */
  readonly calls: string[]
  /** Makes `clients.markUsed` fail, or work again. */
  breakMarkUsed(broken: boolean): void
  stored(): ReturnType<World['provider']['getClient']>
}

/** A world with a client that is stored as if it had registered itself, or as if the host had registered it. */
async function register(options: WorldOptions = {}, by: 'itself' | 'host' = 'itself'): Promise<Registered> {
  const calls: string[] = []
  let broken = false
  const storage = wrapStorage(memoryStorage(), (name, _args, run) => {
    if (name === 'clients.markUsed' && broken) throw new Error('the database is away')
    calls.push(name)
    return run()
  })
  const world = createWorld({ unusedClientTtlSeconds: day, ...options, storage })
  const client = await registerConfidential(world)
  if (by === 'itself') await editClient(world, client.client_id, () => ({ registrationTokenHash: 'hash' }))
  calls.length = 0
  return {
    world,
    client,
    calls,
    breakMarkUsed: (value) => {
      broken = value
    },
    stored: () => world.provider.getClient(client.client_id),
  }
}

const marks = (calls: readonly string[]): number => calls.filter((name) => name === 'clients.markUsed').length

/** Advances the clock until everything has expired, and purges until nothing is left. */
async function purgeLater(world: World): Promise<void> {
  world.clock.advance(400 * day)
  while ((await world.provider.purgeExpired()) > 0);
}

describe('unusedClientTtlSeconds', () => {
  test('a client that registered itself and was never used goes when its time is over, not before', async () => {
    const { world, client, stored } = await register()
    const { createdAt = 0 } = (await stored()) ?? {}
    world.clock.advance(createdAt + day - world.clock.now())
    expect(await world.provider.purgeExpired()).toBe(0)
    expect(await stored()).toBeDefined()
    world.clock.advance(1)
    expect(await world.provider.purgeExpired({ limit: 0 })).toBe(0)
    expect(await world.provider.purgeExpired({ limit: 1 })).toBe(1)
    expect(await stored()).toBeUndefined()
    expectJsonError(await postAs(world, client, '/oauth2/token', machine), 401, 'invalid_client')
  })

  test('without the option it stays for ever', async () => {
    const { world, stored } = await register({ unusedClientTtlSeconds: undefined })
    await purgeLater(world)
    expect(await stored()).toBeDefined()
  })

  test('a client of the host stays, used or not, and nothing is written about its use', async () => {
    const { world, client, calls, stored } = await register({}, 'host')
    await getTokens(world, client, { scope: plainScope })
    await postAs(world, client, '/oauth2/token', machine)
    expect(marks(calls)).toBe(0)
    await purgeLater(world)
    expect(await stored()).toBeDefined()
    expect(await stored()).not.toHaveProperty('usedAt')
  })
})

describe('a client that registered itself stays', () => {
  test('a client that registered itself stays when it got a code, even one that it never exchanged', async () => {
    const { world, client, calls, stored } = await register()
    const before = await stored()
    await authorize(world, client, { scope: plainScope })
    expect(marks(calls)).toBe(1)
    expect(await stored()).toEqual({ ...before, usedAt: world.clock.now() })
    await purgeLater(world)
    expect(await stored()).toBeDefined()
  })

  test('a client that registered itself stays when it got tokens without a code', async () => {
    const { world, client, stored } = await register()
    const before = await stored()
    expect((await postAs(world, client, '/oauth2/token', machine)).status).toBe(200)
    expect(await stored()).toEqual({ ...before, usedAt: world.clock.now() })
    await purgeLater(world)
    expect(await stored()).toBeDefined()
  })

  test('the use of a client is written once, however often it is used', async () => {
    const { world, client, calls, stored } = await register()
    const tokens = await getTokens(world, client, { scope: plainScope })
    const first = world.clock.now()
    for (let times = 0; times < 3; times++) {
      world.clock.advance(60)
      expect((await postAs(world, client, '/oauth2/token', machine)).status).toBe(200)
    }
    expect((await refresh(world, client, tokens.refresh_token)).status).toBe(200)
    expect(marks(calls)).toBe(1)
    expect((await stored())?.usedAt).toBe(first)
  })

  test('a change of the metadata keeps the record of the use', async () => {
    const { world, client, stored } = await register()
    await postAs(world, client, '/oauth2/token', machine)
    const usedAt = world.clock.now()
    world.clock.advance(60)
    await world.provider.updateClient(client.client_id, { client_name: 'Notes 2' })
    expect(await stored()).toMatchObject({ usedAt, metadata: { client_name: 'Notes 2' } })
  })
})

describe('what is no use', () => {
  test('a request that is sent to the login page does not count as use', async () => {
    const { world, client, calls, stored } = await register()
    const { url } = await world.browser().visit(authorizeUrl(world, client, createPkce(), { scope: plainScope }))
    expect(new URL(url).pathname).toBe('/login')
    expect(marks(calls)).toBe(0)
    await purgeLater(world)
    expect(await stored()).toBeUndefined()
  })

  test('a token request that fails, as itself or with a wrong secret: a stranger keeps no client alive', async () => {
    const { world, client, calls, stored } = await register()
    const form = { grant_type: 'authorization_code', code: 'c_made-up' }
    expectJsonError(await postAs(world, client, '/oauth2/token', form), 400, 'invalid_grant')
    const stranger = { ...client, client_secret: 'guessed' }
    expectJsonError(await postAs(world, stranger, '/oauth2/token', machine), 401, 'invalid_client')
    expect(marks(calls)).toBe(0)
    await purgeLater(world)
    expect(await stored()).toBeUndefined()
  })
})

test('a use that cannot be written loses neither code nor tokens, is an event, and is written the next time', async () => {
  const { world, client, breakMarkUsed, stored } = await register()
  breakMarkUsed(true)
  const authorized = await authorize(world, client, { scope: plainScope })
  const answer = await exchangeCode(world, client, authorized)
  expect(answer).toMatchObject({ status: 200, body: { access_token: expect.any(String) } })
  const failures = world.events.filter(({ type }) => type === 'request.failed')
  expect(failures).toHaveLength(2)
  expect(failures[0]).toMatchObject({ endpoint: 'unused clients', cause: new Error('the database is away') })
  expect(world.events.filter(({ type }) => type === 'code.issued' || type === 'tokens.issued')).toHaveLength(2)
  expect(await stored()).not.toHaveProperty('usedAt')

  breakMarkUsed(false)
  expect((await refresh(world, client, answer.body.refresh_token)).status).toBe(200)
  expect((await stored())?.usedAt).toBe(world.clock.now())
})
