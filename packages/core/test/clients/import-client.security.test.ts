import { createHash } from 'node:crypto'
import type { ClientImport, RegisteredClient } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import { allGrants, postAs, redirectUri } from '../support/client.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { watchStorage } from '../support/watched-storage.ts'
import type { World } from '../support/world.ts'

const secret = 'abcdefghijklmnopqrstuvwxyzABCDEF'
const digest = (algorithm: 'sha256' | 'sha512', text: string, encoding: 'hex' | 'base64' | 'base64url' = 'base64url') =>
  createHash(algorithm).update(text).digest(encoding)

const client: ClientImport = {
  client_id: 'moved',
  client_name: 'Moved',
  redirect_uris: [redirectUri],
  grant_types: [...allGrants],
  scope: 'openid profile notes:read',
  client_id_issued_at: 1_600_000_000,
}
const hashed = (value: string, prefix?: string): ClientImport => ({
  ...client,
  client_secret_hash: { algorithm: 'sha256', value, prefix },
})

const withSecret = (client_secret: string): RegisteredClient =>
  ({ client_id: 'moved', token_endpoint_auth_method: 'client_secret_basic', client_secret }) as RegisteredClient

async function authenticate(world: World, client_secret: string): Promise<number> {
  const form = { grant_type: 'client_credentials', scope: 'notes:read' }
  return (await postAs(world, withSecret(client_secret), '/oauth2/token', form)).status
}

describe('the secret of an imported client', () => {
  test.each([
    ['plain', { ...client, client_secret: secret }, secret],
    ['a hash as this server makes it', hashed(digest('sha256', secret)), secret],
    ['a hash in hexadecimal', hashed(digest('sha256', secret, 'hex').toUpperCase()), secret],
    ['a hash in base64', hashed(digest('sha256', secret, 'base64')), secret],
    ['a hash without the prefix of the secret', hashed(digest('sha256', secret), 'acme_'), `acme_${secret}`],
    [
      'a hash by SHA-512',
      { ...client, client_secret_hash: { algorithm: 'sha512', value: digest('sha512', secret) } } as ClientImport,
      secret,
    ],
  ])('given as %s authenticates the client, and a wrong secret does not', async (_name, input, right) => {
    const world = createQuickWorld()
    expect(await world.provider.importClient(input)).toEqual({ outcome: 'imported', differences: [] })
    for (const wrong of [`${right}x`, right.slice(1), right.toUpperCase(), 'x', `acme_${right}`]) {
      expect(await authenticate(world, wrong)).toBe(401)
    }
    expect([await authenticate(world, right), await authenticate(world, right)]).toEqual([200, 200])
    expect(await authenticate(world, `${right}x`)).toBe(401)
  })

  test('a foreign hash becomes the hash of this server at the first authentication, which is one write', async () => {
    const { storage, writes: calls } = watchStorage()
    const world = createQuickWorld({ storage })
    await world.provider.importClient(hashed(digest('sha256', secret), 'acme_'))
    expect((await world.provider.getClient('moved'))?.secrets).toMatchObject([{ hash: '' }])
    const writes = (): number => calls.filter((call) => call === 'clients.replace').length
    await authenticate(world, 'wrong')
    expect(writes()).toBe(0)
    for (let count = 0; count < 3; count++) expect(await authenticate(world, `acme_${secret}`)).toBe(200)
    expect(writes()).toBe(1)
    const stored = await world.provider.getClient('moved')
    expect(stored?.secrets).toMatchObject([{ hash: digest('sha256', `acme_${secret}`) }])
    expect(JSON.stringify(stored)).not.toContain(secret)
  })

  test('of fifty first authentications at once all succeed, and the client is written once', async () => {
    const world = createQuickWorld()
    await world.provider.importClient(hashed(digest('sha256', secret), 'acme_'))
    const all = await Promise.all(Array.from({ length: 50 }, () => authenticate(world, `acme_${secret}`)))
    expect(new Set(all)).toEqual(new Set([200]))
    expect((await world.provider.getClient('moved'))?.version).toBe(2)
  })

  test('a secret that has expired is refused, also at the first authentication', async () => {
    const world = createQuickWorld()
    const client_secret_expires_at = world.clock.now() + 10
    await world.provider.importClient({ ...hashed(digest('sha256', secret), 'acme_'), client_secret_expires_at })
    world.clock.advance(10)
    expect(await authenticate(world, `acme_${secret}`)).toBe(401)
  })

  test('rotateClientSecret ends an imported secret', async () => {
    const world = createQuickWorld()
    await world.provider.importClient(hashed(digest('sha256', secret), 'acme_'))
    const { client_secret = '' } = await world.provider.rotateClientSecret('moved')
    expect([await authenticate(world, `acme_${secret}`), await authenticate(world, client_secret)]).toEqual([401, 200])
  })

  test('a disabled client stays disabled', async () => {
    const world = createQuickWorld()
    await world.provider.importClient({ ...client, client_secret: secret, disabled: true })
    expect(await authenticate(world, secret)).toBe(401)
  })
})

describe('what an import refuses', () => {
  const refused: readonly (readonly [string, ClientImport, string])[] = [
    ['the hash of the empty secret', hashed(digest('sha256', '')), 'is the hash of no secret'],
    ['the hash of the empty secret behind a prefix', hashed(digest('sha256', ''), 'acme_'), 'is the hash of no secret'],
    ['text that is no hash', hashed(secret), 'must be the 32 bytes of sha256'],
    ['a hash that is cut', hashed(digest('sha256', secret).slice(1)), 'must be the 32 bytes of sha256'],
    [
      'a hash for passwords',
      { ...client, client_secret_hash: { algorithm: 'bcrypt' as 'sha256', value: '$2b$10$abc' } },
      'must be sha256 or sha512',
    ],
    ['a short secret', { ...client, client_secret: 'hunter2' }, 'fewer than 32 characters'],
    ['no secret', client, 'the secret is missing'],
    [
      'two secrets',
      { ...hashed(digest('sha256', secret)), client_secret: secret },
      'client_secret and client_secret_hash are both there',
    ],
    [
      'the secret of a public client',
      { ...client, grant_types: ['authorization_code'], token_endpoint_auth_method: 'none', client_secret: secret },
      'has no secret: leave it out',
    ],
    ['an implicit client', { ...client, client_secret: secret, grant_types: ['implicit'] as never }, 'implicit'],
    ['a redirect URI with http', { ...client, client_secret: secret, redirect_uris: ['http://a.example/cb'] }, 'http'],
    ['a scope that the server lacks', { ...client, client_secret: secret, scope: 'openid absent' }, 'absent'],
    [
      'a member that the server lacks',
      { ...client, client_secret: secret, odd: 1 } as ClientImport,
      'odd: is not known',
    ],
    ['a time in the future', { ...client, client_secret: secret, client_id_issued_at: 9e9 }, 'a time in the past'],
    ['an unknown origin', { ...client, client_secret: secret, registered_by: 'document' as never }, 'registered_by'],
  ]
  test.each(refused)('%s, by a text without secrets, and nothing is stored', async (_name, input, text) => {
    const world = createQuickWorld()
    const failed = await world.provider.importClient(input).catch((error: unknown) => error)
    expect(String(failed)).toContain(text)
    expect(String(failed)).not.toMatch(new RegExp(`${secret}|hunter2|${digest('sha256', secret).slice(1)}`))
    expect(await world.provider.listClients()).toEqual([])
    expect(world.events).toEqual([])
  })

  test('a hash for a client whose secret signs its ID tokens: the server needs the secret itself', async () => {
    const world = createQuickWorld({ disableJwtPlugin: true })
    await expect(world.provider.importClient(hashed(digest('sha256', secret)))).rejects.toThrow(
      'client_secret_hash is not enough',
    )
    expect((await world.provider.importClient({ ...client, client_secret: secret })).outcome).toBe('imported')
  })

  test.each(['client_secret_hash', 'registered_by', 'client_id_issued_at'])(
    'no other way to register a client takes %s',
    async (member) => {
      const world = createQuickWorld({
        allowDynamicClientRegistration: true,
        allowUnauthenticatedClientRegistration: true,
        authorizeAdmin: () => true,
      })
      const value =
        member === 'client_secret_hash' ? { algorithm: 'sha256', value: digest('sha256', secret) } : 'server'
      const body = { redirect_uris: [redirectUri], token_endpoint_auth_method: 'none', [member]: value }
      const send = (path: string) =>
        world.provider.fetch(
          new Request(world.issuer + path, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
          }),
        )
      const answer = await send('/oauth2/register')
      expect(answer.status).toBe(201)
      const { client_id } = (await answer.json()) as RegisteredClient
      const stored = await world.provider.getClient(client_id)
      expect([stored?.secrets, stored?.registeredBy]).toEqual([[], 'anonymous'])
      expect((await send('/admin/oauth2/create-client')).status).toBe(400)
      await expect(world.provider.registerClient(body as never)).rejects.toThrow(`${member}: is not known`)
      await expect(world.provider.updateClient(client_id, body as never)).rejects.toThrow(`${member}: is not known`)
    },
  )
})

describe('importing again', () => {
  test('changes nothing, also after the client has authenticated, and needs no order of members', async () => {
    const world = createQuickWorld()
    const input = hashed(digest('sha256', secret), 'acme_')
    await world.provider.importClient(input)
    await authenticate(world, `acme_${secret}`)
    const before = await world.provider.getClient('moved')
    const turned = Object.fromEntries(Object.entries(input).reverse()) as unknown as ClientImport
    for (const again of [input, turned]) {
      expect(await world.provider.importClient(again, { replace: true })).toEqual({
        outcome: 'unchanged',
        differences: [],
      })
    }
    expect(await world.provider.getClient('moved')).toEqual(before)
  })

  test('a client that differs is a conflict without values, and is overwritten only when asked', async () => {
    const world = createQuickWorld()
    await world.provider.importClient({ ...client, client_secret: secret })
    await world.provider.updateClient('moved', { client_name: 'Changed here', disabled: true })
    const other = { ...client, client_secret: secret.toUpperCase() }
    const conflict = { outcome: 'conflict', differences: ['client_name', 'disabled', 'client_secret'] }
    expect(await world.provider.importClient(other)).toEqual(conflict)
    const dry = await world.provider.importClient(other, { replace: true, dryRun: true })
    expect(dry.outcome).toBe('replaced')
    expect(await world.provider.getClient('moved')).toMatchObject({ disabled: true })
    expect((await world.provider.importClient(other, { replace: true })).outcome).toBe('replaced')
    expect([await authenticate(world, secret), await authenticate(world, secret.toUpperCase())]).toEqual([401, 200])
    expect(world.events).toContainEqual({ type: 'client.imported', clientId: 'moved', replaced: true })
  })

  test('a dry run writes nothing and emits nothing', async () => {
    const world = createQuickWorld()
    const input = { ...client, client_secret: secret }
    expect((await world.provider.importClient(input, { dryRun: true })).outcome).toBe('imported')
    expect([await world.provider.listClients(), world.events]).toEqual([[], []])
  })

  test('of ten imports of one client at once, one stores it', async () => {
    const world = createQuickWorld()
    const input = { ...client, client_secret: secret }
    const results = await Promise.all(Array.from({ length: 10 }, () => world.provider.importClient(input)))
    expect(results.filter(({ outcome }) => outcome === 'imported')).toHaveLength(1)
    expect(results.filter(({ outcome }) => outcome === 'unchanged')).toHaveLength(9)
  })
})

test('an imported client keeps its id, the time of its registration, its owner and who registered it', async () => {
  const world = createQuickWorld()
  const facts = { user_id: 'user-alice', reference_id: 'org', registered_by: 'user' } as const
  await world.provider.importClient({ ...client, ...facts, client_secret: secret })
  expect(await world.provider.getClient('moved')).toMatchObject({
    id: 'moved',
    createdAt: 1_600_000_000,
    userId: 'user-alice',
    referenceId: 'org',
    registeredBy: 'user',
  })
})

test('a client without its secret is imported when asked, and works once it has a new one', async () => {
  const world = createQuickWorld()
  expect((await world.provider.importClient(client, { withoutSecret: true })).outcome).toBe('imported')
  expect([await authenticate(world, secret), await authenticate(world, '')]).toEqual([401, 401])
  const { client_secret = '' } = await world.provider.rotateClientSecret('moved')
  expect(await authenticate(world, client_secret)).toBe(200)
  expect((await world.provider.importClient(client, { withoutSecret: true })).outcome).toBe('unchanged')
})
