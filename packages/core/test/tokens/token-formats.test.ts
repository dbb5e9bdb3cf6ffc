import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import {
  type Answer,
  credentials,
  getTokens,
  isActive,
  post,
  postAs,
  redirectUri,
  refresh,
  registerConfidential,
  registerPublic,
} from '../support/client.ts'
import { expectJsonError } from '../support/expectations.ts'
import { recordingStorage } from '../support/storage.ts'
import { api, createQuickWorld, introspect } from '../support/tokens.ts'
import type { World, WorldOptions } from '../support/world.ts'

const scope = 'notes:read offline_access'
const tokenPrefixes = { accessToken: 'acme_at_', refreshToken: 'acme_rt_', clientSecret: 'acme_cs_' }

/** A generator of numbered texts, so that a test recognizes each text of the host. */
function numbered(text: (count: number) => string): () => string {
  let count = 0
  return () => text(++count)
}

const generators = {
  generateAccessToken: numbered((count) => `access-of-the-host-with-enough-entropy-${count}`),
  generateRefreshToken: numbered((count) => `refresh-of-the-host-with-enough-entropy-${count}`),
}
const dotted = {
  generateAccessToken: numbered((count) => `a.b${count}.c-with-two-dots-as-a-JWT-has`),
  generateRefreshToken: numbered((count) => `r.b${count}.c-with-two-dots-as-a-JWT-has`),
}
/** An encoder that puts the session id before the token, as a host with a router in front may do. */
const coded = {
  refreshTokenEncoder: (token: string, sid: string | undefined) => `${sid}~${token}`,
  refreshTokenDecoder: (text: string) => (text.includes('~') ? text.slice(text.indexOf('~') + 1) : undefined),
}

const looks: readonly (readonly [string, WorldOptions, RegExp, RegExp])[] = [
  ['as they are', {}, /^a[0-9a-v]{24}[\w-]{43}$/, /^r[0-9a-v]{24}[\w-]{43}$/],
  ['with prefixes', { tokenPrefixes }, /^acme_at_a[0-9a-v]{24}/, /^acme_rt_r[0-9a-v]{24}/],
  ['generated', generators, /^access-of-the-host/, /^refresh-of-the-host/],
  ['generated, with prefixes', { ...generators, tokenPrefixes }, /^acme_at_access-of/, /^acme_rt_refresh-of/],
  ['generated with dots', dotted, /^a\.b\d+\.c/, /^r\.b\d+\.c/],
  ['generated with dots, with prefixes', { ...dotted, tokenPrefixes }, /^acme_at_a\.b/, /^acme_rt_r\.b/],
  ['encoded', coded, /^a[0-9a-v]{24}/, /^[\w-]{48,}~r[0-9a-v]{24}/],
  ['all at once', { ...coded, ...dotted, tokenPrefixes }, /^acme_at_a\.b/, /^[\w-]{48,}~acme_rt_r\.b/],
]

async function revoke(world: World, client: Parameters<typeof postAs>[1], token: string): Promise<Answer> {
  return postAs(world, client, '/oauth2/revoke', { token })
}

describe.each(looks)('tokens %s', (_name, options, accessPattern, refreshPattern) => {
  async function prepare(more: WorldOptions = {}) {
    const world = createQuickWorld({ ...options, ...more })
    const client = await registerConfidential(world)
    return { world, client, tokens: await getTokens(world, client, { scope }) }
  }

  test('are found again: introspection, verification, refresh (seed B86, B99)', async () => {
    const { world, client, tokens } = await prepare()
    expect(tokens.access_token).toMatch(accessPattern)
    expect(tokens.refresh_token).toMatch(refreshPattern)
    expect((await introspect(world, client, tokens.access_token)).body).toMatchObject({ active: true, scope })
    expect((await introspect(world, client, tokens.refresh_token)).body).toMatchObject({ active: true, scope })
    expect(await isActive(world, tokens.access_token)).toBe(true)
    const { body } = await refresh(world, client, tokens.refresh_token)
    expect(body.refresh_token).toMatch(refreshPattern)
    expect(body.refresh_token).not.toBe(tokens.refresh_token)
    expect(await isActive(world, body.access_token)).toBe(true)
    expect((await introspect(world, client, tokens.refresh_token)).body).toEqual({ active: false })
  })

  test('are revoked: an access token alone, a refresh token with its grant (seed B99, B118)', async () => {
    const { world, client, tokens } = await prepare()
    const { body } = await refresh(world, client, tokens.refresh_token)
    await revoke(world, client, tokens.access_token)
    expect([await isActive(world, tokens.access_token), await isActive(world, body.access_token)]).toEqual([
      false,
      true,
    ])
    await revoke(world, client, body.refresh_token)
    expect(await isActive(world, body.access_token)).toBe(false)
    expectJsonError(await refresh(world, client, body.refresh_token), 400, 'invalid_grant')
  })

  test('an old refresh token inside the window gets the same successor, as the client saw it (C03)', async () => {
    const { world, client, tokens } = await prepare()
    const first = await refresh(world, client, tokens.refresh_token)
    world.clock.advance(29)
    const twin = await refresh(world, client, tokens.refresh_token)
    expect([twin.status, twin.body.refresh_token]).toEqual([200, first.body.refresh_token])
    expect((await refresh(world, client, first.body.refresh_token)).status).toBe(200)
  })

  test('a refresh token outside the window, or two generations back, ends its family (C02, C04)', async () => {
    const { world, client, tokens } = await prepare()
    const { body } = await refresh(world, client, tokens.refresh_token)
    world.clock.advance(30)
    expectJsonError(await refresh(world, client, tokens.refresh_token), 400, 'invalid_grant')
    expect(await isActive(world, body.access_token)).toBe(false)
    expectJsonError(await refresh(world, client, body.refresh_token), 400, 'invalid_grant')
    expect(world.events.filter(({ type }) => type === 'refresh_token.replayed')).toHaveLength(1)

    const grandparent = (await getTokens(world, client, { scope })).refresh_token
    const parent = (await refresh(world, client, grandparent)).body.refresh_token
    const child = (await refresh(world, client, parent)).body
    expectJsonError(await refresh(world, client, grandparent), 400, 'invalid_grant')
    expect(await isActive(world, child.access_token)).toBe(false)
  })

  test('with a resource the access token is a JWT all the same, without a prefix', async () => {
    const { world, client, tokens } = await prepare()
    const { body } = await refresh(world, client, tokens.refresh_token, { resource: api })
    expect(body.access_token).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/)
    expect((await introspect(world, client, body.access_token)).body).toMatchObject({ active: true, aud: api })
  })

  test('tokens of a public client and of a machine work the same', async () => {
    const { world, client } = await prepare()
    const app = await registerPublic(world)
    const tokens = await getTokens(world, app, { scope })
    expect((await refresh(world, app, tokens.refresh_token)).body.refresh_token).toMatch(refreshPattern)
    const machine = await postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials' })
    expect(machine.body.access_token).toMatch(accessPattern)
    expect(await isActive(world, machine.body.access_token)).toBe(true)
  })

  test('a token of one kind is not accepted as another, and a changed token is refused', async () => {
    const { world, client, tokens } = await prepare()
    const { access_token, refresh_token } = tokens
    expect(await isActive(world, refresh_token)).toBe(false)
    expectJsonError(await refresh(world, client, access_token), 400, 'invalid_grant')
    for (const made of [
      `${access_token}x`,
      `x${access_token}`,
      access_token.slice(0, -1),
      access_token.toUpperCase(),
    ]) {
      expect(await isActive(world, made)).toBe(false)
    }
    for (const made of [`${refresh_token}x`, refresh_token.slice(0, -1)]) {
      expectJsonError(await refresh(world, client, made), 400, 'invalid_grant')
    }
    expect((await refresh(world, client, refresh_token)).status).toBe(200)
  })

  test('nothing that was given out is in the storage (C13)', async () => {
    const recording = recordingStorage(memoryStorage())
    const { world, client, tokens } = await prepare({ storage: recording.storage })
    const { body } = await refresh(world, client, tokens.refresh_token)
    const inner = ({ refresh_token }: { refresh_token: string }) =>
      refresh_token.slice(refresh_token.indexOf('~') + 1).slice(-30)
    for (const given of [tokens.access_token, body.access_token, inner(tokens), inner(body)]) {
      expect(recording.dump()).not.toContain(given)
    }
  })
})

describe('what is only partly one of ours', () => {
  test('with a prefix, a token without it is unknown, and so is one with another prefix', async () => {
    const world = createQuickWorld({ tokenPrefixes })
    const client = await registerConfidential(world)
    const { access_token, refresh_token } = await getTokens(world, client, { scope })
    const bare = access_token.slice(tokenPrefixes.accessToken.length)
    for (const made of [bare, `acme_rt_${bare}`, `acme_at_${access_token}`])
      expect(await isActive(world, made)).toBe(false)
    const bareRefresh = refresh_token.slice(tokenPrefixes.refreshToken.length)
    expectJsonError(await refresh(world, client, bareRefresh), 400, 'invalid_grant')
    expect((await refresh(world, client, refresh_token)).status).toBe(200)
  })

  test('what the decoder does not know is invalid_grant, inactive, and nothing to revoke', async () => {
    const world = createQuickWorld(coded)
    const client = await registerConfidential(world)
    const { refresh_token } = await getTokens(world, client, { scope })
    const bare = refresh_token.slice(refresh_token.indexOf('~') + 1)
    expectJsonError(await refresh(world, client, bare), 400, 'invalid_grant')
    expect((await introspect(world, client, bare)).body).toEqual({ active: false })
    expect((await revoke(world, client, bare)).status).toBe(200)
    expect((await refresh(world, client, refresh_token)).status).toBe(200)
  })

  test('tokens from before a generator was set are still accepted', async () => {
    const before = createQuickWorld()
    const client = await registerConfidential(before)
    const tokens = await getTokens(before, client, { scope })
    const world = createQuickWorld({ ...generators, storage: before.storage })
    expect(await isActive(world, tokens.access_token)).toBe(true)
    const { body } = await refresh(world, client, tokens.refresh_token)
    expect(body.refresh_token).toMatch(/^refresh-of-the-host/)
    expect((await refresh(world, client, tokens.refresh_token)).body.refresh_token).toBe(body.refresh_token)
  })

  test('a generated token of another issuer on the same storage is nothing here (B02)', async () => {
    const world = createQuickWorld(generators)
    const client = await registerConfidential(world)
    const tokens = await getTokens(world, client, { scope })
    const other = createQuickWorld({ ...generators, storage: world.storage, basePath: '/other' })
    expect(await isActive(other, tokens.access_token)).toBe(false)
    expectJsonError(await refresh(other, client, tokens.refresh_token), 400, 'invalid_grant')
    expect(await isActive(world, tokens.access_token)).toBe(true)
  })
})

describe('client ids and secrets', () => {
  test('the host’s generators make client ids and secrets, and a taken id is made again (seed 10.2)', async () => {
    const ids = ['app-1', 'app-1', 'app-2'].values()
    const world = createQuickWorld({
      generateClientId: () => ids.next().value as string,
      generateClientSecret: () => 'a-secret-of-the-host-with-enough-characters',
      tokenPrefixes,
    })
    const [first, second] = [await registerConfidential(world), await registerConfidential(world)]
    expect([first.client_id, second.client_id]).toEqual(['app-1', 'app-2'])
    expect(first.client_secret).toBe('acme_cs_a-secret-of-the-host-with-enough-characters')
    expect((await getTokens(world, first, { scope })).access_token).toBeTruthy()
  })

  test('the prefix is part of the client secret', async () => {
    const world = createQuickWorld({ tokenPrefixes })
    const client = await registerConfidential(world, { token_endpoint_auth_method: 'client_secret_post' })
    expect(client.client_secret).toMatch(/^acme_cs_[\w-]{43}$/)
    const machine = { grant_type: 'client_credentials' }
    expect((await postAs(world, client, '/oauth2/token', machine)).status).toBe(200)
    const bare = { ...client, client_secret: client.client_secret?.slice(8) as string }
    expectJsonError(
      await post(world, '/oauth2/token', { ...machine, ...credentials(bare).form }),
      401,
      'invalid_client',
    )
    const rotated = await world.provider.rotateClientSecret(client.client_id)
    expect(rotated.client_secret).toMatch(/^acme_cs_/)
  })

  test('a generator that only makes taken ids fails, without an endless loop', async () => {
    const world = createQuickWorld({ generateClientId: () => 'always' })
    await registerConfidential(world)
    await expect(registerConfidential(world)).rejects.toThrow('generateClientId')
  })

  test('a public client gets an id and no secret', async () => {
    const world = createQuickWorld({ generateClientId: () => 'public-app', tokenPrefixes })
    const client = await registerPublic(world, { redirect_uris: [redirectUri] })
    expect(client.client_id).toBe('public-app')
    expect(client).not.toHaveProperty('client_secret')
  })
})
