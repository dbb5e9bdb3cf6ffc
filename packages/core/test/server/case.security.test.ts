import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import { sqliteStorage } from '../../../kysely/src/sqlite/index.ts'
import { getTokens, isActive, post, postAs, registerConfidential } from '../support/client.ts'
import { createWorld } from '../support/world.ts'

const otherCase = (text: string): string =>
  text.replace(/[a-zA-Z]/g, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()))

describe.each([
  ['memory', memoryStorage],
  ['SQLite', () => sqliteStorage(':memory:')],
])('letters in another case, on %s', (_, storage) => {
  test('tokens, client ids and scopes in another case are refused (G13)', async () => {
    const world = createWorld({ storage: storage() })
    const client = await registerConfidential(world)
    const { access_token, refresh_token } = await getTokens(world, client)
    for (const token of [otherCase(access_token), access_token.toUpperCase(), access_token.toLowerCase()]) {
      expect(await isActive(world, token)).toBe(false)
    }
    const form = { grant_type: 'refresh_token', refresh_token: otherCase(refresh_token) }
    expect((await postAs(world, client, '/oauth2/token', form)).body.error).toBe('invalid_grant')
    const renamed = { client_id: otherCase(client.client_id), client_secret: client.client_secret ?? '' }
    const credentials = `Basic ${btoa(`${renamed.client_id}:${renamed.client_secret}`)}`
    const machine = { grant_type: 'client_credentials' }
    expect((await post(world, '/oauth2/token', machine, { authorization: credentials })).body.error).toBe(
      'invalid_client',
    )
    const scoped = await postAs(world, client, '/oauth2/token', { ...machine, scope: 'NOTES:READ' })
    expect(scoped.body.error).toBe('invalid_scope')
    expect(await isActive(world, access_token)).toBe(true)
  })
})
