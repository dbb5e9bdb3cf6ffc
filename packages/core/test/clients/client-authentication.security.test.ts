import { createHash } from 'node:crypto'
import type { ClientInput } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import {
  authorize,
  isActive,
  type Parameters,
  post,
  postAs,
  redirectUri,
  registerConfidential,
  registerPublic,
} from '../support/client.ts'
import { editClient, expectJsonError } from '../support/expectations.ts'
import { watchStorage } from '../support/watched-storage.ts'
import { createWorld, type World } from '../support/world.ts'

const machine = { grant_type: 'client_credentials' }

function basic(id: string, secret: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` }
}

function tokenWith(world: World, form: Parameters, headers: Record<string, string> = {}) {
  return post(world, '/oauth2/token', { ...machine, ...form }, headers)
}

/** A confidential client, and its id and secret for short. */
async function register(world: World, input: ClientInput = {}) {
  const client = await registerConfidential(world, input)
  return { client, id: client.client_id, secret: client.client_secret as string }
}

describe('a confidential client has to prove itself (D01)', () => {
  test.each(['client_secret_basic', 'client_secret_post'] as const)(
    'a client with %s cannot use its id alone or an empty secret (D01)',
    async (method) => {
      const { storage, writes } = watchStorage()
      const world = createWorld({ storage })
      const { id } = await register(world, { token_endpoint_auth_method: method })
      writes.length = 0
      expectJsonError(await tokenWith(world, { client_id: id }), 401, 'invalid_client')
      expectJsonError(await tokenWith(world, { client_id: id, client_secret: '' }), 401, 'invalid_client')
      expectJsonError(await tokenWith(world, {}, basic(id, '')), 401, 'invalid_client')
      expectJsonError(await tokenWith(world, {}), 401, 'invalid_client')
      const named = { client_id: id, token_endpoint_auth_method: 'none' }
      expectJsonError(await tokenWith(world, named), 401, 'invalid_client')
      expect(writes).toEqual([])
    },
  )

  test('the same holds at revocation and introspection (D01)', async () => {
    const world = createWorld()
    const { client, id } = await register(world)
    const { access_token: token } = (await postAs(world, client, '/oauth2/token', machine)).body
    for (const path of ['/oauth2/revoke', '/oauth2/introspect']) {
      expectJsonError(await post(world, path, { token, client_id: id }), 401, 'invalid_client')
      expectJsonError(await post(world, path, { token }), 401, 'invalid_client')
    }
    expect(await isActive(world, token)).toBe(true)
  })
})

test('a method other than the registered one is invalid_client with strictClientAuthMethod, and the right secret learns which (D02)', async () => {
  const world = createWorld({ strictClientAuthMethod: true })
  const withBasic = await register(world, { token_endpoint_auth_method: 'client_secret_basic' })
  const withPost = await register(world, { token_endpoint_auth_method: 'client_secret_post' })
  const form = { client_id: withBasic.id, client_secret: withBasic.secret }
  const posted = await tokenWith(world, form)
  expectJsonError(posted, 401, 'invalid_client')
  expect(posted.body.error_description).toContain('client_secret_basic')
  const answer = await tokenWith(world, {}, basic(withPost.id, withPost.secret))
  expectJsonError(answer, 401, 'invalid_client')
  expect(answer.body.error_description).toContain('client_secret_post')
  expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm="/)
  // Whoever does not know the secret gets the same answer as for a client that does not exist.
  const unknown = await tokenWith(world, { client_id: 'nobody', client_secret: 'w'.repeat(43) })
  for (const client_id of [withBasic.id, withPost.id]) {
    const wrong = await tokenWith(world, { client_id, client_secret: 'w'.repeat(43) })
    expect([wrong.status, wrong.body]).toEqual([unknown.status, unknown.body])
  }
})

describe('one secret by either transport (D02)', () => {
  test.each(['client_secret_basic', 'client_secret_post'] as const)(
    'a client with %s may send its secret by Basic or in the form, at every endpoint (D02)',
    async (method) => {
      const world = createWorld()
      const { id, secret } = await register(world, { token_endpoint_auth_method: method })
      for (const [form, headers] of [
        [{ client_id: id, client_secret: secret }, {}],
        [{}, basic(id, secret)],
      ] as const) {
        const { status, body } = await tokenWith(world, form, headers)
        expect(status).toBe(200)
        const token = { token: body.access_token, ...form }
        expect((await post(world, '/oauth2/introspect', token, headers)).body.active).toBe(true)
        expect((await post(world, '/oauth2/revoke', token, headers)).status).toBe(200)
      }
    },
  )

  test('a wrong, expired or foreign secret is refused by either transport (D02)', async () => {
    const world = createWorld()
    const now = world.clock.now()
    const one = await register(world, { token_endpoint_auth_method: 'client_secret_post' })
    const other = await register(world)
    const expired = await register(world, { client_secret_expires_at: now })
    for (const [id, secret] of [
      [one.id, other.secret],
      [one.id, 'w'.repeat(43)],
      [expired.id, expired.secret],
    ] as const) {
      expectJsonError(await tokenWith(world, {}, basic(id, secret)), 401, 'invalid_client')
      expectJsonError(await tokenWith(world, { client_id: id, client_secret: secret }), 401, 'invalid_client')
    }
  })

  test('a client that became public or uses keys has no secret to send, whatever it had before (D02)', async () => {
    const world = createWorld()
    const { id, secret } = await register(world)
    for (const token_endpoint_auth_method of ['none', 'private_key_jwt'] as const) {
      await editClient(world, id, ({ metadata }) => ({ metadata: { ...metadata, token_endpoint_auth_method } }))
      expectJsonError(await tokenWith(world, {}, basic(id, secret)), 401, 'invalid_client')
      expectJsonError(await tokenWith(world, { client_id: id, client_secret: secret }), 401, 'invalid_client')
    }
  })
})

describe('a bearer token beside a client_id (D02)', () => {
  const stray = { authorization: 'Bearer of-the-last-sign-in' }

  test('a public client’s stray bearer token is ignored, whatever it is (D02)', async () => {
    const world = createWorld()
    const client = await registerPublic(world)
    const { code, pkce } = await authorize(world, client, { scope: 'openid' })
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: pkce.verifier }
    const { status, body } = await post(world, '/oauth2/token', { ...form, client_id: client.client_id }, stray)
    expect(status).toBe(200)
    const token = { token: body.access_token, client_id: client.client_id }
    expect((await post(world, '/oauth2/revoke', token, { authorization: 'bearer' })).status).toBe(200)
  })

  test('it authenticates nobody: neither a confidential client, nor a request without client_id (D02)', async () => {
    const world = createWorld()
    const { id, secret } = await register(world)
    expectJsonError(await tokenWith(world, { client_id: id }, stray), 401, 'invalid_client')
    expectJsonError(await tokenWith(world, {}, stray), 401, 'invalid_client')
    expect((await tokenWith(world, { client_id: id, client_secret: secret }, stray)).status).toBe(200)
    for (const authorization of ['DPoP abc', 'Digest username="client"', 'Basic']) {
      const open = await registerPublic(world)
      expectJsonError(await tokenWith(world, { client_id: open.client_id }, { authorization }), 401, 'invalid_client')
    }
  })
})

test('a public client with a secret is invalid_client (D02)', async () => {
  const world = createWorld()
  const open = await registerPublic(world)
  const code = { grant_type: 'authorization_code', code: 'x', code_verifier: 'v'.repeat(43) }
  expectJsonError(await tokenWith(world, code, basic(open.client_id, 'anything')), 401, 'invalid_client')
  const secret = { ...code, client_id: open.client_id, client_secret: 'anything' }
  expectJsonError(await tokenWith(world, secret), 401, 'invalid_client')
})

describe('two methods at once (D03)', () => {
  const assertion = {
    client_assertion: 'e30.e30.e30',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  }
  test.each<
    [
      string,
      'client_secret_basic' | 'client_secret_post',
      (id: string, secret: string) => [Parameters, Record<string, string>],
    ]
  >([
    [
      'header and body',
      'client_secret_basic',
      (id, secret) => [{ client_id: id, client_secret: secret }, basic(id, secret)],
    ],
    [
      'header and a secret in the body',
      'client_secret_basic',
      (id, secret) => [{ client_secret: secret }, basic(id, secret)],
    ],
    [
      'header and another client in the body',
      'client_secret_basic',
      (id, secret) => [{ client_id: 'x' }, basic(id, secret)],
    ],
    ['header and assertion', 'client_secret_basic', (id, secret) => [assertion, basic(id, secret)]],
    [
      'body and assertion',
      'client_secret_post',
      (id, secret) => [{ client_id: id, client_secret: secret, ...assertion }, {}],
    ],
  ])('%s are refused (D03)', async (_name, method, present) => {
    const world = createWorld()
    const { id, secret } = await register(world, { token_endpoint_auth_method: method })
    const [form, headers] = present(id, secret)
    const answer = await tokenWith(world, form, headers)
    expect(['invalid_request', 'invalid_client']).toContain(answer.body.error)
    expectJsonError(answer, answer.body.error === 'invalid_client' ? 401 : 400, answer.body.error)
  })

  test('the header with the same client_id in the body is one method (D03)', async () => {
    const world = createWorld()
    const { id, secret } = await register(world)
    expect((await tokenWith(world, { client_id: id }, basic(id, secret))).status).toBe(200)
  })
})

describe('what a secret may be made of (D05)', () => {
  test.each([
    'with:colons:inside:the:secret:text:0123456789',
    'with%percent%25signs%and%41more%0123456789',
    'with+plus+signs+and+more+plus+signs+0123456789',
    'with spaces & ampersands = equals / slashes ? 0',
  ])('a secret %j works in Basic when it is form-encoded as the specification says (D05)', async (client_secret) => {
    const world = createWorld()
    const { id } = await register(world, { client_id: 'https://client.example.com/id:1', client_secret })
    // application/x-www-form-urlencoded, not encodeURIComponent: a space is a plus sign.
    const encode = (text: string): string => new URLSearchParams({ x: text }).toString().slice(2)
    expect((await tokenWith(world, {}, basic(encode(id), encode(client_secret)))).status).toBe(200)
    const percent = basic(encodeURIComponent(id), encodeURIComponent(client_secret))
    expect((await tokenWith(world, {}, percent)).status).toBe(200)
  })

  test('a secret with other characters than ASCII that is in storage works in Basic (D05)', async () => {
    const world = createWorld()
    const secret = 'пароль-ключ-🔑-and-enough-of-it'
    const { id } = await register(world)
    const hash = createHash('sha256').update(secret).digest('base64url')
    await editClient(world, id, () => ({ secrets: [{ hash, expiresAt: 0 }] }))
    expect((await tokenWith(world, {}, basic(id, encodeURIComponent(secret)))).status).toBe(200)
  })

  test.each([
    ['no base64', 'Basic !!!'],
    ['nothing', 'Basic'],
    ['only a space', 'Basic '],
    ['no colon', `Basic ${btoa('client')}`],
    ['no id', `Basic ${btoa(':secret')}`],
    ['odd length', 'Basic abcde'],
    ['bytes that are no UTF-8', `Basic ${btoa('client:\xff\xfe')}`],
    ['a broken percent sign', `Basic ${btoa('client:100%')}`],
    ['an encoded NUL', `Basic ${btoa('client:a%00b')}`],
    ['a header of 20 kB', `Basic ${btoa(`client:${'x'.repeat(15_000)}`)}`],
    ['another scheme', 'Digest username="client"'],
    ['a bearer token', 'Bearer abc'],
  ])('%s in the header is 401 invalid_client with a challenge (D05)', async (_name, authorization) => {
    const answer = await tokenWith(createWorld(), {}, { authorization })
    expectJsonError(answer, 401, 'invalid_client')
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm="/)
  })
})
