import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RegisteredClient } from '@oauth/core'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { getTokens, isActive, postAs, registerConfidential } from '../../core/test/support/client.ts'
import { fetchJwks } from '../../core/test/support/keys.ts'
import { api, createQuickWorld } from '../../core/test/support/tokens.ts'
import { createWorld, type World } from '../../core/test/support/world.ts'
import { type SqliteStorage, sqliteStorage } from '../src/sqlite/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'oauth-algorithm-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
let storages: SqliteStorage[]

beforeEach(() => {
  const file = join(folder, `${++files}.db`)
  // Each process has a connection of its own.
  storages = [0, 1, 2].map(() => sqliteStorage(file))
})
afterEach(async () => {
  for (const storage of storages) await storage.close()
})

async function machineToken(world: World, client: RegisteredClient): Promise<string> {
  const form = { grant_type: 'client_credentials', scope: 'notes:read', resource: api }
  const { status, body } = await postAs(world, client, '/oauth2/token', form)
  expect(status).toBe(200)
  return body.access_token
}

/** Returns whether a resource server that fetches the JWKS of this process now accepts the token. */
async function verifiesAt(world: World, token: string): Promise<boolean> {
  const { keys } = await fetchJwks(world)
  const expected = {
    issuer: world.issuer,
    audience: api,
    typ: 'at+jwt',
    currentDate: new Date(world.clock.now() * 1000),
  }
  return jwtVerify(token, createLocalJWKSet({ keys: [...keys] }), expected).then(
    () => true,
    () => false,
  )
}

const created = (world: World) => world.events.filter(({ type }) => type === 'signing_key.created')

describe('a deployment that signed with ES256 alone and gets RS256 for access tokens', () => {
  test.each([1, 2, 3])(
    'two upgraded processes that start at once make one RSA key, and every process verifies old and new tokens, run %i (E08)',
    async () => {
      const [first, second, third] = storages as [SqliteStorage, SqliteStorage, SqliteStorage]
      const old = createQuickWorld({ storage: first })
      const client = await registerConfidential(old)
      const before = await machineToken(old, client)
      expect(decodeProtectedHeader(before).alg).toBe('ES256')

      const upgraded = [second, third].map((storage) => createWorld({ storage, idTokenSigningAlgorithm: 'ES256' }))
      for (const ready of await Promise.all(upgraded.map(({ provider }) => provider.ready()))) {
        expect(ready).toMatchObject({ ok: true })
      }
      const tokens = await Promise.all(upgraded.map((world) => machineToken(world, client)))
      const headers = tokens.map(decodeProtectedHeader)
      expect(headers.map(({ alg }) => alg)).toEqual(['RS256', 'RS256'])
      expect(headers[0]?.kid).toBe(headers[1]?.kid)
      expect(upgraded.flatMap(created)).toHaveLength(1)
      expect((await first.signingKeys.list()).map(({ algorithm }) => algorithm).sort()).toEqual(['ES256', 'RS256'])

      // During the deployment the old process still runs. It reads the keys again once per second at most.
      old.clock.advance(1)
      for (const world of [old, ...upgraded]) {
        for (const token of [before, ...tokens]) expect(await isActive(world, token)).toBe(true)
      }
      for (const world of upgraded) {
        for (const token of [before, ...tokens]) expect(await verifiesAt(world, token)).toBe(true)
      }
      const still = await getTokens(upgraded[0] as World, client)
      expect(decodeProtectedHeader(still.id_token).kid).toBe(decodeProtectedHeader(before).kid)
    },
  )

  test('the ES256 key of a server that stops using it stays published and verifies, and only an emergency rotation deletes it (E08)', async () => {
    const [storage] = storages as [SqliteStorage]
    const old = createQuickWorld({ storage })
    const client = await registerConfidential(old)
    const before = await machineToken(old, client)
    const upgraded = createWorld({ storage, idTokenSigningAlgorithms: [] })
    await upgraded.provider.rotateSigningKeys({ activateAfter: 0 })
    await upgraded.provider.purgeExpired()
    expect(await verifiesAt(upgraded, before)).toBe(true)
    expect(await isActive(upgraded, before)).toBe(true)
    await upgraded.provider.rotateSigningKeys({ dropPrevious: true })
    expect((await storage.signingKeys.list()).map(({ algorithm }) => algorithm)).toEqual(['RS256'])
    expect(await isActive(upgraded, before)).toBe(false)
  })
})
