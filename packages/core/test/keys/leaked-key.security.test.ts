import { memoryStorage } from '@oauth/core/memory'
import { expect, test } from 'vitest'
import { getTokens, isActive, registerConfidential } from '../support/client.ts'
import { createWorld } from '../support/world.ts'

const resource = { resource: 'https://api.example.com' }

test('a leaked key is removed from the JWKS and the storage, its tokens are refused, and a new key signs at once (E08)', async () => {
  const storage = memoryStorage()
  const world = createWorld({ storage })
  const other = createWorld({ storage })
  const client = await registerConfidential(world)
  const tokens = await getTokens(world, client, {}, resource)
  expect(await isActive(other, tokens.access_token)).toBe(true)
  const before = await storage.signingKeys.list()

  await world.provider.rotateSigningKeys({ dropPrevious: true })
  expect(await isActive(world, tokens.access_token)).toBe(false)
  const after = await storage.signingKeys.list()
  expect(after.map(({ algorithm }) => algorithm).sort()).toEqual(['ES256', 'RS256'])
  for (const { id } of before) expect(after.map((key) => key.id)).not.toContain(id)
  const response = await world.provider.fetch(new Request(`${world.issuer}/jwks`))
  const { keys } = (await response.json()) as { keys: { kid: string }[] }
  expect(keys.map(({ kid }) => kid).sort()).toEqual(after.map(({ id }) => id).sort())
  expect(await isActive(world, (await getTokens(world, client, {}, resource)).access_token)).toBe(true)

  // Another process uses the keys that it has read for at most twice its cache time.
  other.clock.advance(121)
  expect(await isActive(other, tokens.access_token)).toBe(false)
})
