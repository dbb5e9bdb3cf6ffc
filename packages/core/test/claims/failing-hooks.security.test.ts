import { describe, expect, test } from 'vitest'
import { authorize, exchangeCode, getTokens, refresh, registerConfidential, userinfo } from '../support/client.ts'
import { api, createQuickWorld, idOf } from '../support/tokens.ts'
import type { WorldOptions } from '../support/world.ts'

/** A hook that fails until the test stops it. */
function failing(how: 'throws' | 'rejects') {
  const state = { fails: true }
  const hook = (): Promise<Record<string, unknown>> | Record<string, unknown> => {
    if (!state.fails) return { tenant: 't-1' }
    if (how === 'throws') throw new Error('the hook broke: secret-detail')
    return Promise.reject(new Error('the hook broke: secret-detail'))
  }
  return { state, hook }
}

const cases = (['customAccessTokenClaims', 'customIdTokenClaims', 'customTokenResponseFields'] as const).flatMap(
  (name) => (['throws', 'rejects'] as const).map((how) => [name, how] as const),
)

describe.each(cases)('%s that %s (E07)', (name, how) => {
  const serverError = { status: 500, body: { error: 'server_error' } }

  test(`${name} that ${how} costs no code (E07)`, async () => {
    const { state, hook } = failing(how)
    const world = createQuickWorld({ [name]: hook } as WorldOptions)
    const client = await registerConfidential(world)
    const authorized = await authorize(world, client)
    for (let time = 0; time < 2; time++) {
      const answer = await exchangeCode(world, client, authorized, { resource: api })
      expect(answer).toMatchObject(serverError)
      expect(JSON.stringify(answer.body)).not.toContain('secret-detail')
    }
    const stored = await world.storage.authorizationCodes.find(idOf(authorized.code))
    expect(stored?.code.consumedAt).toBeUndefined()
    expect(stored?.grant.revokedAt).toBeUndefined()
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'request.failed', endpoint: 'token' }))
    state.fails = false
    expect((await exchangeCode(world, client, authorized, { resource: api })).status).toBe(200)
  })

  test(`${name} that ${how} costs no refresh token (E07)`, async () => {
    const { state, hook } = failing(how)
    state.fails = false
    const world = createQuickWorld({ [name]: hook } as WorldOptions)
    const client = await registerConfidential(world)
    const tokens = await getTokens(world, client, {}, { resource: api })
    state.fails = true
    expect(await refresh(world, client, tokens.refresh_token, { resource: api })).toMatchObject(serverError)
    const stored = await world.storage.refreshTokens.find(idOf(tokens.refresh_token))
    expect(stored?.token.rotatedAt).toBeUndefined()
    state.fails = false
    expect((await refresh(world, client, tokens.refresh_token, { resource: api })).status).toBe(200)
  })
})

test.each(['throws', 'rejects'] as const)('customUserinfoClaims that %s costs no token (E07)', async (how) => {
  const { state, hook } = failing(how)
  const world = createQuickWorld({ customUserinfoClaims: hook })
  const client = await registerConfidential(world)
  const tokens = await getTokens(world, client)
  expect(await userinfo(world, tokens.access_token)).toMatchObject({ status: 500, body: { error: 'server_error' } })
  state.fails = false
  expect((await userinfo(world, tokens.access_token)).body).toMatchObject({ tenant: 't-1' })
})

test('onEvent that throws changes no answer (E07)', async () => {
  const world = createQuickWorld({
    onEvent: () => {
      throw new Error('the log is full')
    },
  })
  const client = await registerConfidential(world)
  expect((await exchangeCode(world, client, await authorize(world, client))).status).toBe(200)
})
