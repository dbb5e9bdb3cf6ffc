import { memoryStorage } from '@oauth/core/memory'
import { expect, test } from 'vitest'
import { getTokens, refresh, registerPublic } from '../support/client.ts'
import { wrapStorage } from '../support/storage.ts'
import { createQuickWorld } from '../support/tokens.ts'

/** The storage calls of one refresh request: find the client, find the token, rotate the token. */
const calls = 3

test.each(
  Array.from({ length: calls }, (_, index) => index).flatMap((index) => [
    [index, 'before'] as const,
    [index, 'after'] as const,
  ]),
)(
  'a process that dies at storage call %i of a rotation, %s it ran, leaves one family that works (C11)',
  async (at, when) => {
    let count = Number.NEGATIVE_INFINITY
    const storage = wrapStorage(memoryStorage(), (_name, _args, run) => {
      const dies = count++ === at
      if (dies && when === 'before') throw new Error('killed')
      const result = run()
      if (dies) throw new Error('killed')
      return result
    })
    const world = createQuickWorld({ storage, clientCacheSeconds: 0 })
    const client = await registerPublic(world)
    const tokens = await getTokens(world, client)
    count = 0
    const killed = await refresh(world, client, tokens.refresh_token)
    expect(killed).toMatchObject({ status: 500, body: { error: 'server_error' } })
    count = Number.NEGATIVE_INFINITY

    // The client got no response and still has the old token.
    const retried = await refresh(world, client, tokens.refresh_token)
    expect(retried.status).toBe(200)
    const next = await refresh(world, client, retried.body.refresh_token)
    expect(next.status).toBe(200)
    expect((await world.storage.grants.list({ userId: 'user-alice', now: world.clock.now() })).length).toBe(1)
  },
)
