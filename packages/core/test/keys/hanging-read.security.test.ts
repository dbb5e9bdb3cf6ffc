import { memoryStorage } from '@oauth/core/memory'
import { expect, test } from 'vitest'
import { wrapStorage } from '../support/storage.ts'
import { createWorld } from '../support/world.ts'

test('a read of the keys that never ends holds up nobody for long, as when a Worker ends with its request (E08)', async () => {
  let hangs = true
  const storage = wrapStorage(memoryStorage(), (name, _args, run) =>
    name === 'signingKeys.list' && hangs ? new Promise<never>(() => undefined) : run(),
  )
  const world = createWorld({ storage })
  const jwks = () => world.provider.fetch(new Request(`${world.issuer}/jwks`))
  void jwks()
  await new Promise((resolve) => setImmediate(resolve))
  hangs = false
  const answers = await Promise.all([jwks(), jwks()])
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
})
