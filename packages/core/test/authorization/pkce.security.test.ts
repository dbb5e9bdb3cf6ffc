import { describe, expect, test } from 'vitest'
import {
  authorize,
  createPkce,
  exchangeCode,
  isActive,
  post,
  redirectUri,
  registerConfidential,
  registerPublic,
} from '../support/client.ts'
import { ask, expectErrorRedirect, expectJsonError, send } from '../support/expectations.ts'
import { watchStorage } from '../support/watched-storage.ts'
import { createWorld, issuer } from '../support/world.ts'

const noPkce = { code_challenge: undefined, code_challenge_method: undefined }

describe('a stolen code without its verifier (B03)', () => {
  test.each([
    ['no', undefined],
    ['an empty', ''],
    ['a wrong', 'w'.repeat(43)],
    ['a too short', 'w'.repeat(42)],
    ['a too long', 'w'.repeat(129)],
    ['an oddly spelt', `${'w'.repeat(43)}=`],
  ])('%s verifier is invalid_grant and the code stays as it was (B03)', async (_name, code_verifier) => {
    const { storage, writes } = watchStorage()
    const world = createWorld({ storage })
    const client = await registerPublic(world)
    const authorized = await authorize(world, client, { scope: 'notes:read' })
    writes.length = 0
    expectJsonError(await exchangeCode(world, client, authorized, { code_verifier }), 400, 'invalid_grant')
    expect(writes).toEqual([])
    expect((await exchangeCode(world, client, authorized)).status).toBe(200)
  })

  test('the challenge itself, and the verifier with something after it, are no verifier (B03)', async () => {
    const world = createWorld()
    const client = await registerPublic(world)
    const authorized = await authorize(world, client, { scope: 'notes:read' })
    const { challenge, verifier } = authorized.pkce
    for (const code_verifier of [challenge, `${verifier}A`, verifier.toUpperCase()]) {
      expectJsonError(await exchangeCode(world, client, authorized, { code_verifier }), 400, 'invalid_grant')
    }
    expect((await exchangeCode(world, client, authorized)).status).toBe(200)
  })

  test('guessing does not end what was issued before (B03)', async () => {
    const world = createWorld()
    const client = await registerPublic(world)
    const authorized = await authorize(world, client, { scope: 'notes:read' })
    const tokens = (await exchangeCode(world, client, authorized)).body
    const stolen = await exchangeCode(world, client, authorized, { code_verifier: createPkce().verifier })
    expectJsonError(stolen, 400, 'invalid_grant')
    expect(await isActive(world, tokens.access_token)).toBe(true)
  })
})

describe('downgrade (B04)', () => {
  test('a challenge that was dropped is invalid_request where policy requires it (B04)', async () => {
    const world = createWorld()
    for (const client of [await registerPublic(world), await registerConfidential(world)]) {
      const response = await ask(world, client, {}, { pkce: undefined })
      expectErrorRedirect(world, response, redirectUri, 'invalid_request')
    }
  })

  test('a verifier for a code without a challenge is invalid_grant and the code stays as it was (B04)', async () => {
    const world = createWorld()
    const client = await registerConfidential(world, { require_pkce: false })
    const authorized = await authorize(world, client, { ...noPkce, scope: 'openid' })
    expectJsonError(await exchangeCode(world, client, authorized), 400, 'invalid_grant')
    expect((await exchangeCode(world, client, authorized, { code_verifier: undefined })).status).toBe(200)
  })
})

describe('S256 alone (B05)', () => {
  test.each([
    ['the method plain', { code_challenge_method: 'plain' }],
    ['an unknown method', { code_challenge_method: 'S512' }],
    ['a method in lower case', { code_challenge_method: 's256' }],
    ['a missing method', { code_challenge_method: undefined }],
    ['a missing challenge', { code_challenge: undefined }],
    ['a challenge that is too short', { code_challenge: 'x'.repeat(42) }],
    ['a challenge that is too long', { code_challenge: 'A'.repeat(44) }],
    ['a challenge with padding', { code_challenge: `${'A'.repeat(43)}=` }],
    ['a challenge in standard base64', { code_challenge: `${'A'.repeat(42)}/` }],
  ])('PKCE with %s is invalid_request (B05)', async (_name, parameters) => {
    const world = createWorld()
    const clients = [await registerPublic(world), await registerConfidential(world, { require_pkce: false })]
    for (const client of clients) {
      const response = await ask(world, client, { scope: 'openid', ...parameters })
      expectErrorRedirect(world, response, redirectUri, 'invalid_request')
    }
  })

  test('metadata lists S256 only (B05)', async () => {
    const world = createWorld()
    const { body } = await send(world, `${issuer}/.well-known/openid-configuration`)
    expect(body.code_challenge_methods_supported).toEqual(['S256'])
  })
})

describe('who may leave PKCE out (B06)', () => {
  test('a confidential client is refused by default, and by an explicit true (B06)', async () => {
    const world = createWorld()
    for (const require_pkce of [undefined, true]) {
      const client = await registerConfidential(world, { require_pkce })
      const response = await ask(world, client, { scope: 'openid' }, { pkce: undefined })
      expectErrorRedirect(world, response, redirectUri, 'invalid_request')
    }
  })

  test('the exemption is one client’s, set on the server side, and not for offline_access (B06)', async () => {
    const world = createWorld()
    const exempt = await registerConfidential(world, { require_pkce: false })
    const other = await registerConfidential(world)
    const authorized = await authorize(world, exempt, { ...noPkce, scope: 'openid' })
    expect((await exchangeCode(world, exempt, authorized, { code_verifier: undefined })).status).toBe(200)
    const offline = await ask(world, exempt, { scope: 'openid offline_access' }, { pkce: undefined })
    expectErrorRedirect(world, offline, redirectUri, 'invalid_request')
    const refused = await ask(world, other, { scope: 'openid', require_pkce: 'false' }, { pkce: undefined })
    expectErrorRedirect(world, refused, redirectUri, 'invalid_request')
  })

  test('a public client can never be exempted (B06)', async () => {
    const world = createWorld()
    await expect(registerPublic(world, { require_pkce: false })).rejects.toMatchObject({
      code: 'invalid_client_metadata',
    })
    const client = await registerPublic(world)
    await expect(world.provider.updateClient(client.client_id, { require_pkce: false })).rejects.toMatchObject({
      code: 'invalid_client_metadata',
    })
    const exempt = await registerConfidential(world, { require_pkce: false })
    const madePublic = { token_endpoint_auth_method: 'none', grant_types: ['authorization_code'] } as const
    await expect(world.provider.updateClient(exempt.client_id, madePublic)).rejects.toMatchObject({
      code: 'invalid_client_metadata',
    })
  })
})

describe('secret and verifier do not stand in for each other (B07)', () => {
  test('a valid secret does not replace a missing verifier (B07)', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const authorized = await authorize(world, client, { scope: 'notes:read' })
    const answer = await exchangeCode(world, client, authorized, { code_verifier: undefined })
    expectJsonError(answer, 400, 'invalid_grant')
    expect((await exchangeCode(world, client, authorized)).status).toBe(200)
  })

  test('a valid verifier does not replace a missing secret (B07)', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const authorized = await authorize(world, client, { scope: 'notes:read' })
    const form = {
      grant_type: 'authorization_code',
      client_id: client.client_id,
      code: authorized.code,
      redirect_uri: redirectUri,
      code_verifier: authorized.pkce.verifier,
    }
    expectJsonError(await post(world, '/oauth2/token', form), 401, 'invalid_client')
    expect((await exchangeCode(world, client, authorized)).status).toBe(200)
  })
})
