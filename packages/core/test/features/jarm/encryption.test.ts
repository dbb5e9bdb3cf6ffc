import type { ClientInput } from '@oauth/core'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { beforeAll, describe, expect, test } from 'vitest'
import { authorizeUrl, createPkce, registerConfidential } from '../../support/client.ts'
import { decryptionKey, decryptResponse, type EncryptionPair } from '../../support/encryption.ts'
import { ask, editClient, expectErrorPage, send } from '../../support/expectations.ts'
import { readFormPost } from '../../support/form-post.ts'
import { jarmWorld, readResponse } from '../../support/jarm.ts'
import { isStored, pushed } from '../../support/pushed-requests.ts'
import { createQuickWorld } from '../../support/tokens.ts'
import { alice, type World } from '../../support/world.ts'

const scope = 'openid'
const code = /^c[0-9a-v]{24}[\w-]{43}$/
const documents = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']

let key: EncryptionPair

beforeAll(async () => {
  key = await decryptionKey()
})

const encrypting = (more: object = {}): ClientInput => ({
  jwks: { keys: [{ ...key.publicJwk }] },
  authorization_encrypted_response_alg: 'ECDH-ES',
  ...more,
})

async function signIn(world: World, client: { readonly client_id: string }, response_mode: string) {
  const url = authorizeUrl(world, client, createPkce(), { scope, response_mode })
  return world.browser().visit(url, { user: alice, accept: true })
}

const responseIn = (url: string): string => new URL(url).searchParams.get('response') as string

describe('an encrypted authorization response', () => {
  test.each(['jwt', 'query.jwt'])(
    '%s carries a signed JWT in a JWE, and nothing in the clear (R06, R07)',
    async (mode) => {
      const world = jarmWorld()
      const client = await registerConfidential(world, encrypting())
      const { url } = await signIn(world, client, mode)
      expect([...new URL(url).searchParams.keys()]).toEqual(['response'])
      const { header, jwt } = await decryptResponse(responseIn(url), key)
      expect(header).toMatchObject({ alg: 'ECDH-ES', enc: 'A128CBC-HS256', cty: 'JWT', kid: 'enc-1' })
      const { claims } = await readResponse(world, client, jwt)
      expect([claims.code, claims.state]).toEqual([expect.stringMatching(code), 'client-state'])
    },
  )

  test('fragment.jwt and form_post.jwt carry it, too (R06)', async () => {
    const world = jarmWorld()
    const client = await registerConfidential(world, encrypting())
    const { url } = await signIn(world, client, 'fragment.jwt')
    const fragment = new URLSearchParams(new URL(url).hash.slice(1)).get('response') as string
    const { response } = await signIn(world, client, 'form_post.jwt')
    const form = (await readFormPost(response)).fields.response as string
    for (const jwe of [fragment, form]) {
      const { jwt } = await decryptResponse(jwe, key)
      expect((await readResponse(world, client, jwt)).claims.code).toMatch(code)
    }
  })

  test('authorization_encrypted_response_enc chooses how the content is encrypted (R06)', async () => {
    const world = jarmWorld()
    const input = encrypting({ authorization_encrypted_response_enc: 'A256GCM' })
    const client = await registerConfidential(world, input)
    expect(client).toMatchObject({
      authorization_encrypted_response_alg: 'ECDH-ES',
      authorization_encrypted_response_enc: 'A256GCM',
    })
    const { url } = await signIn(world, client, 'jwt')
    expect((await decryptResponse(responseIn(url), key)).header.enc).toBe('A256GCM')
  })

  test('errors are encrypted, too (R04, R06)', async () => {
    const world = jarmWorld()
    const client = await registerConfidential(world, encrypting())
    const response = await ask(world, client, { scope, response_mode: 'jwt', prompt: 'none' })
    const { jwt } = await decryptResponse(responseIn(String(response.headers.get('location'))), key)
    expect((await readResponse(world, client, jwt)).claims.error).toBe('login_required')
  })

  test.each(documents)('the document at %s names the algorithms (R06)', async (path) => {
    const world = jarmWorld()
    const { body } = await send(world, world.issuer + path)
    expect(body.authorization_encryption_alg_values_supported).toContain('RSA-OAEP-256')
    expect(body.authorization_encryption_alg_values_supported).not.toContain('RSA1_5')
    expect(body.authorization_encryption_enc_values_supported).toContain('A128CBC-HS256')
    expect(createQuickWorld().provider.metadata).not.toHaveProperty('authorization_encryption_alg_values_supported')
  })

  test.each<[string, object]>([
    [
      'authorization_encrypted_response_enc needs authorization_encrypted_response_alg',
      { authorization_encrypted_response_alg: undefined, authorization_encrypted_response_enc: 'A128GCM' },
    ],
    ['unsupported authorization_encrypted_response_alg RSA1_5', { authorization_encrypted_response_alg: 'RSA1_5' }],
    ['unsupported authorization_encrypted_response_alg dir', { authorization_encrypted_response_alg: 'dir' }],
    ['unsupported authorization_encrypted_response_enc none', { authorization_encrypted_response_enc: 'none' }],
    ['authorization_encrypted_response_alg needs jwks or jwks_uri', { jwks: undefined }],
    ['jwks has no key for authorization_encrypted_response_alg', { authorization_encrypted_response_alg: 'RSA-OAEP' }],
  ])('a registration is refused: %s (R06)', async (problem, changes) => {
    await expect(registerConfidential(jarmWorld(), encrypting(changes))).rejects.toThrow(problem)
  })
})

describe('a response that cannot be encrypted', () => {
  async function withoutKey() {
    const world = jarmWorld({}, { features: [pushedAuthorizationRequests()] })
    const client = await registerConfidential(world, encrypting())
    const { url, requestUri } = await pushed(world, client, { scope, response_mode: 'jwt' })
    const browser = world.browser()
    const { url: page } = await browser.visit(url, { user: alice })
    const setKeys = (keys: readonly object[]) =>
      editClient(world, client.client_id, ({ metadata }) => ({ metadata: { ...metadata, jwks: { keys } } as never }))
    await setKeys([{ ...key.publicJwk, use: 'sig' }])
    return { world, client, requestUri, browser, page, setKeys }
  }

  test('the user gets a page, no code is stored, and the same page works once the client has a key again (R06)', async () => {
    const { world, client, requestUri, browser, page, setKeys } = await withoutKey()
    const html = await expectErrorPage(await browser.consent(page, true), 400, 'unauthorized_client')
    expect(html).not.toContain('response=')
    expect(world.events.some(({ type }) => type === 'code.issued')).toBe(false)
    expect(world.events).toContainEqual(
      expect.objectContaining({ type: 'client.encryption_failed', member: 'authorization_encrypted_response_alg' }),
    )
    expect(await isStored(world, requestUri)).toBe(true)
    await setKeys([{ ...key.publicJwk }])
    const { headers } = await browser.consent(page, true)
    const { jwt } = await decryptResponse(responseIn(String(headers.get('location'))), key)
    expect((await readResponse(world, client, jwt)).claims.code).toMatch(code)
  })

  test('an error that cannot be encrypted stays on a page and is never sent in the clear (R06)', async () => {
    const { browser, page } = await withoutKey()
    await expectErrorPage(await browser.consent(page, false), 400, 'unauthorized_client')
  })
})
