import type { ClientInput } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import { postAs, redirectUri } from '../../support/client.ts'
import {
  assertionClaims,
  clientKey,
  keysWorld,
  lastReason,
  postWith,
  registerWithKey,
  signJwt,
} from '../../support/client-keys.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { createQuickWorld } from '../../support/tokens.ts'
import { secret as providerSecret, type World } from '../../support/world.ts'

const input: ClientInput = {
  redirect_uris: [redirectUri],
  grant_types: ['client_credentials', 'authorization_code'],
  scope: 'openid notes:read',
  token_endpoint_auth_method: 'client_secret_jwt',
}

async function start(changes: ClientInput = {}) {
  const world = keysWorld({ clientSecretJwt: true })
  const client = await world.provider.registerClient({ ...input, ...changes })
  return { world, client }
}

function make(world: World, clientId: string, secret: string | undefined, changes: object = {}, alg = 'HS256') {
  return signJwt(new TextEncoder().encode(secret), { alg }, { ...assertionClaims(world, clientId), ...changes })
}

describe('client_secret_jwt', () => {
  test('the client’s secret signs assertions for every endpoint, each usable once', async () => {
    const { world, client } = await start()
    const { client_id, client_secret } = client
    expect(client.client_secret_expires_at).toBe(0)
    const made = await make(world, client_id, client_secret)
    const { status, body } = await postWith(world, made)
    expect(status).toBe(200)
    expectJsonError(await postWith(world, made), 401, 'invalid_client')
    expect(lastReason(world)).toBe('assertion: replayed')
    const token = { token: body.access_token as string }
    const introspected = await postWith(world, await make(world, client_id, client_secret), token, '/oauth2/introspect')
    expect(introspected.body.active).toBe(true)
    expect((await postWith(world, await make(world, client_id, client_secret), token, '/oauth2/revoke')).status).toBe(
      200,
    )
  })

  test('the secret is stored sealed, beside its hash; that of other clients is not (C13)', async () => {
    const { world, client } = await start()
    const basic = await world.provider.registerClient({ ...input, token_endpoint_auth_method: 'client_secret_basic' })
    const rows = await world.storage.clients.list({ limit: 10 })
    const row = rows.find(({ id }) => id === client.client_id)
    expect(row?.secrets).toEqual([
      { hash: expect.stringMatching(/^[\w-]{43}$/), expiresAt: 0, sealed: expect.any(String) },
    ])
    expect(rows.find(({ id }) => id === basic.client_id)?.secrets[0]).not.toHaveProperty('sealed')
    expect(JSON.stringify(rows)).not.toContain(client.client_secret)
  })

  test('a wrong secret, another algorithm, and a secret in the form are refused (H06)', async () => {
    const { world, client } = await start()
    const { client_id, client_secret } = client
    const wrong = await make(world, client_id, 'x'.repeat(43))
    const stronger = await make(world, client_id, client_secret, {}, 'HS512')
    for (const made of [wrong, stronger]) expectJsonError(await postWith(world, made), 401, 'invalid_client')
    const posted = await postAs(
      world,
      { ...client, token_endpoint_auth_method: 'client_secret_post' },
      '/oauth2/token',
      {
        grant_type: 'client_credentials',
      },
    )
    expectJsonError(posted, 401, 'invalid_client')
    expect((await postWith(world, await make(world, client_id, client_secret))).status).toBe(200)
  })

  test('an assertion signed with a secret follows the same rules for its claims (H07)', async () => {
    const { world, client } = await start()
    const now = world.clock.now()
    for (const changes of [
      { aud: 'https://other.example' },
      { exp: now - 60 },
      { exp: now + 700 },
      { jti: '' },
      { nbf: now + 60 },
    ]) {
      const made = await make(world, client.client_id, client.client_secret, changes)
      expectJsonError(await postWith(world, made), 401, 'invalid_client')
    }
  })

  test('rotation seals the new secret; the old one is good as long as it was given, an expired one is not (D08)', async () => {
    const { world, client } = await start()
    const { client_id, client_secret: old } = client
    const { client_secret: next } = await world.provider.rotateClientSecret(client_id, { keepPreviousFor: 60 })
    const good = async (secret: string | undefined) =>
      (await postWith(world, await make(world, client_id, secret))).status
    expect([await good(old), await good(next)]).toEqual([200, 200])
    world.clock.advance(60)
    expect([await good(old), await good(next)]).toEqual([401, 200])
  })

  test('a new secret of the provider still opens what the old one sealed', async () => {
    const { world, client } = await start()
    const next = keysWorld(
      { clientSecretJwt: true },
      { storage: world.storage, secret: ['n'.repeat(32), providerSecret] },
    )
    const made = await make(next, client.client_id, client.client_secret)
    expect((await postWith(next, made)).status).toBe(200)
    const without = keysWorld({ clientSecretJwt: true }, { storage: world.storage, secret: 'n'.repeat(32) })
    expectJsonError(
      await postWith(without, await make(without, client.client_id, client.client_secret)),
      401,
      'invalid_client',
    )
  })

  test('a client whose secret was only hashed cannot become a client_secret_jwt client', async () => {
    const { world } = await start()
    const { client_id } = await world.provider.registerClient({
      ...input,
      token_endpoint_auth_method: 'client_secret_basic',
    })
    const change = world.provider.updateClient(client_id, { token_endpoint_auth_method: 'client_secret_jwt' })
    await expect(change).rejects.toThrow('requires a client secret that was made for it')
  })

  test('a public key signs for no such client, and a secret for none with a key', async () => {
    const { world, client } = await start()
    const key = await clientKey()
    const made = await signJwt(key.privateKey, { alg: 'ES256' }, assertionClaims(world, client.client_id))
    expectJsonError(await postWith(world, made), 401, 'invalid_client')
    expect(lastReason(world)).toBe('not the registered method')
    const keyed = await registerWithKey(world, key)
    expectJsonError(
      await postWith(world, await make(world, keyed.client_id, client.client_secret)),
      401,
      'invalid_client',
    )
    expect(lastReason(world)).toBe('not the registered method')
  })
})

describe('the option', () => {
  test('discovery names the method and the algorithm when the option is on', async () => {
    const { world } = await start({ token_endpoint_auth_signing_alg: 'HS256' })
    expect(world.provider.metadata.token_endpoint_auth_methods_supported).toContain('client_secret_jwt')
    expect(world.provider.metadata.token_endpoint_auth_signing_alg_values_supported).toContain('HS256')
    const refused = world.provider.registerClient({ ...input, token_endpoint_auth_signing_alg: 'ES256' })
    await expect(refused).rejects.toThrow('unsupported token_endpoint_auth_signing_alg ES256')
  })

  test('without the option or the feature client_secret_jwt cannot be registered, and an assertion does not authenticate', async () => {
    for (const world of [keysWorld(), createQuickWorld()]) {
      expect(world.provider.metadata.token_endpoint_auth_methods_supported).not.toContain('client_secret_jwt')
      const refused = world.provider.registerClient(input)
      await expect(refused).rejects.toThrow(
        'token_endpoint_auth_method client_secret_jwt needs the option clientSecretJwt of the feature privateKeyJwt()',
      )
      const made = await make(world, 'any', 'x'.repeat(43))
      expectJsonError(await postWith(world, made), 401, 'invalid_client')
    }
  })
})
