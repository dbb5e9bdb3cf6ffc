import type { RegisteredClient } from '@oauth/core'
import { beforeAll, describe, expect, test } from 'vitest'
import type { KeySet } from '../../src/contracts/key-set.ts'
import { createSealer } from '../../src/crypto/seal.ts'
import { sealingPurpose } from '../../src/keys/generate.ts'
import { createKeySet } from '../../src/keys/key-set.ts'
import { accessTokenType } from '../../src/protocol/access-token-typ.ts'
import { idTokenType } from '../../src/tokens/token-kind.ts'
import { claimsOf, getTokens, isActive, postAs, registerConfidential, userinfo } from '../support/client.ts'
import { type ServerKey, serverKey, signAs } from '../support/keys.ts'
import { api, createQuickWorld, introspect } from '../support/tokens.ts'
import { secret, type World } from '../support/world.ts'

let world: World
let client: RegisteredClient
let idToken: string
let accessToken: string
let key: ServerKey
let keys: KeySet

beforeAll(async () => {
  world = createQuickWorld()
  client = await registerConfidential(world)
  const tokens = await getTokens(world, client, {}, { resource: api })
  idToken = tokens.id_token
  accessToken = tokens.access_token
  key = await serverKey(world, 'ES256')
  keys = createKeySet({
    store: world.storage.signingKeys,
    sealers: [createSealer(secret, sealingPurpose)],
    algorithms: ['ES256'],
    clock: world.clock,
    cacheSeconds: 60,
    longestLifetime: 36_000,
    activationDelay: 360,
    issuer: world.issuer,
    emit: (event) => world.events.push(event),
  })
})

async function expectNoAccessToken(token: string): Promise<void> {
  expect(await isActive(world, token)).toBe(false)
  expect(await userinfo(world, token)).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
  expect((await introspect(world, client, token)).body).toEqual({ active: false })
}

describe('an ID token and an access token are not taken for each other (E02)', () => {
  test('one key signs both tokens, so only the typ tells them apart (E02)', async () => {
    expect(await keys.verify(idToken, idTokenType)).toBeDefined()
    expect(await keys.verify(accessToken, accessTokenType)).toBeDefined()
    expect(await isActive(world, accessToken)).toBe(true)
  })

  test('an ID token is no access token: at userinfo, verifyAccessToken and introspection (E02)', async () => {
    await expectNoAccessToken(idToken)
  })

  test('an ID token is no refresh token and no code (E02)', async () => {
    for (const form of [
      { grant_type: 'refresh_token', refresh_token: idToken },
      { grant_type: 'authorization_code', code: idToken, code_verifier: 'x'.repeat(43) },
    ]) {
      const answer = await postAs(world, client, '/oauth2/token', form)
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    }
  })

  test('revoking an ID token revokes nothing (E02)', async () => {
    expect((await postAs(world, client, '/oauth2/revoke', { token: idToken })).status).toBe(200)
    expect(await isActive(world, accessToken)).toBe(true)
  })

  test('an access token is no ID token, expired or not (E02)', async () => {
    expect(await keys.verify(accessToken, idTokenType)).toBeUndefined()
    expect(await keys.verify(accessToken, idTokenType, { ignoreExpiry: true })).toBeUndefined()
    expect(await keys.verify(idToken, accessTokenType, { ignoreExpiry: true })).toBeUndefined()
  })

  test.each([
    'JWT',
    'jwt',
    'logout+jwt',
    'secevent+jwt',
    'client-authentication+jwt',
    'oauth-authz-req+jwt',
    'dpop+jwt',
    'token-introspection+jwt',
    'jwt+at',
    '',
    undefined,
  ])('with the typ %s the claims of an access token are none (E02)', async (typ) => {
    await expectNoAccessToken(await signAs(key, claimsOf(accessToken), { typ }))
  })

  test.each(['at+jwt', 'logout+jwt', 'dpop+jwt', '', undefined])(
    'with the typ %s the claims of an ID token are none (E02)',
    async (typ) => {
      const forged = await signAs(key, claimsOf(idToken), { typ })
      expect(await keys.verify(forged, idTokenType)).toBeUndefined()
      expect(await keys.verify(forged, idTokenType, { ignoreExpiry: true })).toBeUndefined()
    },
  )

  test('the claims of an ID token under the typ of an access token are no access token (E02)', async () => {
    await expectNoAccessToken(await signAs(key, claimsOf(idToken), { typ: 'at+jwt' }))
  })

  test('an expired ID token still identifies where that is asked for, and nowhere else (E02)', async () => {
    const clock = world.clock.now()
    const old = await signAs(key, { ...claimsOf(idToken), iat: clock - 100, exp: clock - 10 }, { typ: 'JWT' })
    expect(await keys.verify(old, idTokenType)).toBeUndefined()
    expect((await keys.verify(old, idTokenType, { ignoreExpiry: true }))?.claims.sub).toBe('user-alice')
    const foreign = await signAs(
      key,
      { ...claimsOf(idToken), iss: 'https://evil.example', exp: clock - 10 },
      { typ: 'JWT' },
    )
    expect(await keys.verify(foreign, idTokenType, { ignoreExpiry: true })).toBeUndefined()
  })
})
