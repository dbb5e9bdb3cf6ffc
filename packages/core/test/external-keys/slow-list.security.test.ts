import { fixedClock } from '@oauth/core/testing'
import { exportJWK, generateKeyPair } from 'jose'
import { expect, test } from 'vitest'
import { createKeyList } from '../../src/external-keys/key-list.ts'
import type { ExternalSigningKey } from '../../src/external-keys/options.ts'

async function keyNamed(kid: string): Promise<ExternalSigningKey> {
  const { publicKey } = await generateKeyPair('ES256', { extractable: true })
  return { kid, algorithm: 'ES256', publicKey: await exportJWK(publicKey) } as ExternalSigningKey
}

test('a slow list does not bring back a key that a later one no longer has', async () => {
  const [gone, stays] = [await keyNamed('gone'), await keyNamed('stays')]
  const ends: ((keys: readonly ExternalSigningKey[]) => void)[] = []
  const list = createKeyList(
    {
      algorithms: ['ES256'],
      timeoutSeconds: 30,
      staleSeconds: 3600,
      list: () => new Promise<readonly ExternalSigningKey[]>((resolve) => ends.push(resolve)),
    } as unknown as Parameters<typeof createKeyList>[0],
    {
      clock: fixedClock(),
      cacheSeconds: 60,
      activationDelay: 0,
      emit: () => undefined,
    } as unknown as Parameters<typeof createKeyList>[1],
  )
  const [slow, later] = [list.current(), list.current()]
  await expect.poll(() => ends.length, { timeout: 10_000 }).toBe(2)
  ends[1]?.([stays])
  expect([...(await later).byId.keys()]).toEqual(['stays'])
  ends[0]?.([gone, stays])
  expect([...(await slow).byId.keys()]).toEqual(['stays'])
  expect([...(await list.current()).byId.keys()]).toEqual(['stays'])
})
