import type { RegisteredClient } from '@oauth/core'
import type { Feature } from '@oauth/core/feature'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import { type Answer, getTokens, postAs, refresh, registerConfidential, registerPublic } from '../support/client.ts'
import { send } from '../support/expectations.ts'
import { createQuickWorld, introspect } from '../support/tokens.ts'
import { alice, type World, type WorldOptions } from '../support/world.ts'

const idle = 100
const absolute = 250

function expirationWorld(options: WorldOptions = {}): World {
  return createQuickWorld({
    exposeRefreshTokenExpiration: true,
    refreshTokenTtlSeconds: idle,
    refreshTokenMaxTtlSeconds: absolute,
    ...options,
  })
}

/** The two members of a token response or introspection response. */
function ends({ refresh_token_timeout, authorization_expires_in }: Answer['body']): readonly unknown[] {
  return [refresh_token_timeout, authorization_expires_in]
}

const nothing = [undefined, undefined]

async function refreshed(world: World, client: RegisteredClient, token: string): Promise<Answer['body']> {
  const { status, body } = await refresh(world, client, token)
  if (status !== 200) throw new Error(JSON.stringify(body))
  return body
}

describe('the ends of refresh tokens in token responses', () => {
  test('by default no response and no document tells when a refresh token ends', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const tokens = await getTokens(world, client)
    expect(ends(tokens)).toEqual(nothing)
    expect(ends(await refreshed(world, client, tokens.refresh_token))).toEqual(nothing)
    expect(world.provider.metadata).not.toHaveProperty('refresh_token_expiration_types_supported')
  })

  test('each response tells the idle end, which a rotation renews, and the absolute end, which it does not', async () => {
    const world = expirationWorld()
    for (const register of [registerConfidential, registerPublic]) {
      const client = await register(world)
      const first = await getTokens(world, client)
      expect(ends(first)).toEqual([100, 250])
      world.clock.advance(60)
      const second = await refreshed(world, client, first.refresh_token)
      expect(ends(second)).toEqual([100, 190])
      world.clock.advance(90)
      // The absolute end is now as near as the idle end, and never behind it.
      const third = await refreshed(world, client, second.refresh_token)
      expect(ends(third)).toEqual([100, 100])
      world.clock.advance(40)
      const fourth = await refreshed(world, client, third.refresh_token)
      expect(ends(fourth)).toEqual([60, 60])
      world.clock.advance(59)
      const last = await refreshed(world, client, fourth.refresh_token)
      expect(ends(last)).toEqual([1, 1])
      world.clock.advance(1)
      expect((await refresh(world, client, last.refresh_token)).body).toMatchObject({ error: 'invalid_grant' })
    }
  })

  test('the server enforces the numbers that it tells, to the second', async () => {
    const world = expirationWorld()
    const client = await registerConfidential(world)
    for (const [seconds, status] of [
      [idle - 1, 200],
      [idle, 400],
    ] as const) {
      const tokens = await getTokens(world, client)
      expect(tokens.refresh_token_timeout).toBe(idle)
      world.clock.advance(seconds)
      expect((await refresh(world, client, tokens.refresh_token)).status).toBe(status)
    }
  })

  test('an idle end above the absolute end is told as the absolute end', async () => {
    const world = expirationWorld({ refreshTokenMaxTtlSeconds: idle })
    const client = await registerConfidential(world)
    const tokens = await getTokens(world, client)
    expect(ends(tokens)).toEqual([100, 100])
    world.clock.advance(30)
    expect(ends(await refreshed(world, client, tokens.refresh_token))).toEqual([70, 70])
  })

  test('a retry tells the end of the successor that it gets, though the lifetimes of this process differ', async () => {
    const storage = memoryStorage()
    const world = expirationWorld({ storage })
    const other = expirationWorld({ storage, clock: world.clock, refreshTokenTtlSeconds: 10_000 })
    const client = await registerConfidential(world)
    const tokens = await getTokens(world, client)
    world.clock.advance(10)
    const rotated = await refreshed(world, client, tokens.refresh_token)
    expect(ends(rotated)).toEqual([100, 240])
    world.clock.advance(10)
    for (const process of [world, other]) {
      const retry = await refreshed(process, client, tokens.refresh_token)
      expect(retry.refresh_token).toBe(rotated.refresh_token)
      expect(ends(retry)).toEqual([90, 230])
    }
  })

  test('requests with the same token at the same moment all tell the same ends', async () => {
    const world = expirationWorld()
    const client = await registerConfidential(world)
    const tokens = await getTokens(world, client)
    world.clock.advance(5)
    const bodies = await Promise.all(Array.from({ length: 20 }, () => refreshed(world, client, tokens.refresh_token)))
    expect(new Set(bodies.map(({ refresh_token }) => refresh_token)).size).toBe(1)
    for (const body of bodies) expect(ends(body)).toEqual([100, 245])
  })

  test('a response without a refresh token tells no ends', async () => {
    const world = expirationWorld()
    const client = await registerConfidential(world)
    expect(ends(await getTokens(world, client, { scope: 'openid' }))).toEqual(nothing)
    const machine = await postAs(world, client, '/oauth2/token', {
      grant_type: 'client_credentials',
      scope: 'notes:read',
    })
    expect(machine.status).toBe(200)
    expect(ends(machine.body)).toEqual(nothing)
  })

  test('a refresh token of the grant type of a feature has its ends, too', async () => {
    const world = expirationWorld({ features: [given()] })
    const client = await registerConfidential(world, { grant_types: [givenType as never, 'refresh_token'] })
    const { status, body } = await postAs(world, client, '/oauth2/token', { grant_type: givenType })
    expect(status).toBe(200)
    expect(ends(body)).toEqual([100, 250])
    world.clock.advance(60)
    expect(ends(await refreshed(world, client, body.refresh_token))).toEqual([100, 190])
  })

  test('a hook of the host cannot tell other ends', async () => {
    const wrong = { refresh_token_timeout: 1e9, authorization_expires_in: -5 }
    const world = expirationWorld({ customTokenResponseFields: () => wrong })
    const client = await registerConfidential(world)
    expect(ends(await getTokens(world, client))).toEqual([100, 250])
  })
})

describe('the ends of refresh tokens elsewhere', () => {
  test('introspection of a refresh token tells its ends and renews none', async () => {
    const world = expirationWorld()
    const client = await registerConfidential(world)
    const tokens = await getTokens(world, client)
    for (const [seconds, left] of [
      [0, [100, 250]],
      [40, [60, 210]],
      [59, [1, 151]],
    ] as const) {
      world.clock.advance(seconds)
      expect(ends((await introspect(world, client, tokens.refresh_token)).body)).toEqual(left)
    }
    expect(ends((await introspect(world, client, tokens.access_token)).body)).toEqual(nothing)
    world.clock.advance(1)
    expect((await introspect(world, client, tokens.refresh_token)).body).toEqual({ active: false })
  })

  test('both documents name the two kinds of ends, where there are refresh tokens', async () => {
    const world = expirationWorld()
    for (const name of ['oauth-authorization-server', 'openid-configuration']) {
      const { body } = await send(world, `${world.issuer}/.well-known/${name}`)
      expect(body.refresh_token_expiration_types_supported).toEqual(['authorization', 'token_timeout'])
    }
    const without = expirationWorld({ grantTypes: ['authorization_code', 'client_credentials'] })
    expect(without.provider.metadata).not.toHaveProperty('refresh_token_expiration_types_supported')
  })
})

const givenType = 'urn:example:grant-type:given'

/** A grant type that gives Alice's tokens to whoever asks. */
function given(): Feature<'given'> {
  return {
    name: 'given',
    start: () => ({
      grantTypes: [
        {
          name: givenType,
          publicClients: false,
          withoutUser: false,
          async decide(core, { client }) {
            const scope = ['openid', 'offline_access']
            const withdrawals = await core.knownWithdrawals(client, alice.id)
            const newGrant = core.grantFor({ client, userId: alice.id, scope, withdrawals })
            return {
              grantType: givenType,
              client,
              grant: newGrant.grant,
              scope,
              resources: [],
              refresh: true,
              async commit(minted) {
                await core.commitGrant(
                  newGrant,
                  minted.refreshToken === undefined ? {} : { refreshToken: minted.refreshToken.record },
                )
                return { refreshToken: minted.refreshToken?.text ?? '' }
              },
            }
          },
        },
      ],
    }),
  }
}
