import { memoryStorage } from '@oauth/core/memory'
import { SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  exchangeCode,
  getTokens,
  refresh,
  registerConfidential,
  registerPublic,
  userinfo,
} from '../support/client.ts'
import { expectJsonError } from '../support/expectations.ts'
import { recordingStorage } from '../support/storage.ts'
import { createQuickWorld, introspect } from '../support/tokens.ts'
import { watchStorage } from '../support/watched-storage.ts'
import { alice, bob, createWorld, issuer, secret } from '../support/world.ts'

describe('the secret that signs (H09)', () => {
  test('the client secret that signs ID tokens is stored hashed and sealed, never in clear, and is in no event (H09)', async () => {
    const recording = recordingStorage(memoryStorage())
    const world = createWorld({ disableJwtPlugin: true, storage: recording.storage })
    const client = await registerConfidential(world)
    const rotated = await world.provider.rotateClientSecret(client.client_id)
    await getTokens(world, { ...client, client_secret: rotated.client_secret as string })
    const dump = recording.dump() + JSON.stringify(world.events)
    for (const clear of [client.client_secret as string, rotated.client_secret as string]) {
      expect(dump).not.toContain(clear)
      expect(dump).not.toContain(Buffer.from(clear).toString('base64url'))
    }
    const stored = await world.storage.clients.find(client.client_id)
    expect(stored?.secrets).toEqual([{ hash: expect.any(String), expiresAt: 0, sealed: expect.any(String) }])
  })

  test('the client secret that signs ID tokens is shown by no call that reads a client (H09)', async () => {
    const world = createWorld({ disableJwtPlugin: true })
    const client = await registerConfidential(world)
    const answers = [await world.provider.getClient(client.client_id), world.provider.metadata]
    expect(JSON.stringify(answers)).not.toContain(client.client_secret)
  })

  test('the client secret that signs ID tokens is sealed only where it signs (H09)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const stored = await world.storage.clients.find(client.client_id)
    expect(stored?.secrets).toEqual([{ hash: expect.any(String), expiresAt: 0 }])
  })

  test('a sealed secret of another client, or of another server secret, does not open (H09)', async () => {
    const world = createWorld({ disableJwtPlugin: true })
    const client = await registerConfidential(world)
    const authorized = await authorize(world, client)
    const elsewhere = createWorld({
      disableJwtPlugin: true,
      storage: world.storage,
      secret: 'quite-another-secret-with-enough-characters',
    })
    expectJsonError(await exchangeCode(elsewhere, client, authorized), 400, 'unauthorized_client')
    const other = await registerConfidential(world)
    const sealed = (await world.storage.clients.find(other.client_id))?.secrets[0]?.sealed as string
    const row = await world.storage.clients.find(client.client_id)
    if (row === undefined) throw new Error('no client')
    const secrets = row.secrets.map((one) => ({ ...one, sealed }))
    await world.storage.clients.replace({ ...row, secrets, version: row.version + 1 }, row.version)
    world.clock.advance(6)
    expectJsonError(await exchangeCode(world, client, authorized), 400, 'unauthorized_client')
  })
})

describe('a secret from before the switch, of which only the hash was kept (H09)', () => {
  async function prepare() {
    const { storage, writes } = watchStorage()
    const before = createQuickWorld({ storage })
    const client = await registerConfidential(before)
    const tokens = await getTokens(before, client)
    const world = createWorld({ disableJwtPlugin: true, storage })
    return { world, client, writes, tokens }
  }

  test('a client secret of which the server has only the hash gets a clear refusal, and neither the code nor the refresh token is consumed (H09)', async () => {
    const { world, client, writes, tokens } = await prepare()
    const authorized = await authorize(world, client)
    writes.length = 0
    const refused = await exchangeCode(world, client, authorized)
    expectJsonError(refused, 400, 'unauthorized_client')
    expect(refused.body.error_description).toMatch(/rotate its secret/)
    expectJsonError(await refresh(world, client, tokens.refresh_token), 400, 'unauthorized_client')
    expect(writes).toEqual([])
  })

  test('a new secret helps: the same code is good then (H09)', async () => {
    const { world, client } = await prepare()
    const authorized = await authorize(world, client)
    expectJsonError(await exchangeCode(world, client, authorized), 400, 'unauthorized_client')
    const { client_secret } = await world.provider.rotateClientSecret(client.client_id)
    const { status, body } = await exchangeCode(
      world,
      { ...client, client_secret: client_secret as string },
      authorized,
    )
    expect(status).toBe(200)
    expect(body.id_token.split('.')).toHaveLength(3)
  })

  test('without openid nothing is signed, and nothing is refused (H09)', async () => {
    const { world, client } = await prepare()
    expect((await getTokens(world, client, { scope: 'notes:read' })).access_token).toBeTruthy()
  })
})

describe('forged tokens (H09)', () => {
  const claims = (client: { client_id: string }, sub: string) => ({
    iss: issuer,
    sub,
    aud: client.client_id,
    iat: 1_800_000_000,
    exp: 1_800_036_000,
  })
  const sign = (payload: object, key: string, typ = 'JWT', alg = 'HS256') =>
    new SignJWT({ ...payload }).setProtectedHeader({ alg, typ }).sign(new TextEncoder().encode(key))

  test('an ID token that a client signs itself is no access token (H09)', async () => {
    const world = createWorld({ disableJwtPlugin: true })
    const client = await registerConfidential(world)
    const own = client.client_secret as string
    for (const typ of ['JWT', 'at+jwt']) {
      const body = { ...claims(client, alice.id), scope: 'openid', jti: 'x', client_id: client.client_id }
      const token = await sign(body, own, typ)
      expect((await userinfo(world, token)).status).toBe(401)
      expect((await introspect(world, client, token)).body).toEqual({ active: false })
    }
  })

  test.each([
    ['the secret of the server', secret],
    ['the hash of the secret', 'hash'],
    ['the id of the client', 'id'],
  ])('a hint signed with %s hints at nobody (H09)', async (_name, what) => {
    const world = createWorld({ disableJwtPlugin: true })
    const client = await registerConfidential(world)
    const { browser } = await authorize(world, client, {}, { user: alice })
    const hash = (await world.storage.clients.find(client.client_id))?.secrets[0]?.hash as string
    const key = { hash, id: client.client_id }[what] ?? what
    const hinted = async (id_token_hint: string) => {
      const url = authorizeUrl(world, client, createPkce(), { prompt: 'none', id_token_hint })
      return new URL((await browser.visit(url)).url).searchParams
    }
    expect((await hinted(await sign(claims(client, bob.id), key))).get('code')).toBeTruthy()
    // The server accepts the same hint under the real secret, which shows that the check above is effective.
    const genuine = await sign(claims(client, bob.id), client.client_secret as string)
    expect((await hinted(genuine)).get('error')).toBe('login_required')
  })

  test('a server with keys of its own believes no HS256, whoever signed it (H09)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const { browser } = await authorize(world, client, {}, { user: alice })
    for (const key of [client.client_secret as string, secret]) {
      const id_token_hint = await sign(claims(client, bob.id), key)
      const url = authorizeUrl(world, client, createPkce(), { prompt: 'none', id_token_hint })
      expect(new URL((await browser.visit(url)).url).searchParams.get('code')).toMatch(/^c[0-9a-v]{24}[\w-]{43}$/)
    }
  })

  test('a public client gets none, even when a secret stands in its row (H09)', async () => {
    const world = createWorld({ disableJwtPlugin: true })
    const client = await registerPublic(world)
    const confidential = await registerConfidential(world)
    const secrets = (await world.storage.clients.find(confidential.client_id))?.secrets ?? []
    const row = await world.storage.clients.find(client.client_id)
    if (row === undefined) throw new Error('no client')
    await world.storage.clients.replace({ ...row, secrets, version: row.version + 1 }, row.version)
    world.clock.advance(6)
    expect(await getTokens(world, client, { scope: 'openid' })).not.toHaveProperty('id_token')
  })
})
