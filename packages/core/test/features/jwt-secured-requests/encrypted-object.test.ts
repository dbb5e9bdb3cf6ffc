import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { describe, expect, test } from 'vitest'
import { exchangeCode, postAs, redirectUri, registerConfidential } from '../../support/client.ts'
import { encryptFor } from '../../support/encryption.ts'
import { expectErrorRedirect, expectJsonError } from '../../support/expectations.ts'
import { openWorld, register } from '../../support/registration.ts'
import { startRemote } from '../../support/remote.ts'
import { requestObjectWorld } from '../../support/request-objects.ts'
import { alice, createWorld } from '../../support/world.ts'

const ecdh = { encryptionAlgorithms: ['ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW'] } as const
const contentEncryption = ['A128CBC-HS256', 'A256CBC-HS512', 'A128GCM', 'A256GCM']

describe('an encrypted request object (J11)', () => {
  test('an encrypted request object that was signed before is used like one that was only signed, down to the tokens (J11)', async () => {
    const { world, client, pkce, browser, url, sign } = await requestObjectWorld(ecdh)
    const request = await encryptFor(world, await sign())
    const { url: end } = await browser.visit(url({ request, scope: 'openid notes:write', state: 'outer' }), {
      user: alice,
      accept: true,
    })
    const answer = new URL(end).searchParams
    expect(answer.get('state')).toBe('inner-state')
    const code = answer.get('code') as string
    const { status, body } = await exchangeCode(world, client, { code, pkce, parameters: answer, browser })
    expect([status, body.scope]).toEqual([200, 'openid email'])
  })

  test.each(ecdh.encryptionAlgorithms.flatMap((alg) => contentEncryption.map((enc) => [alg, enc] as const)))(
    'is decrypted by %s and %s (J11)',
    async (alg, enc) => {
      const { world, ask, sign } = await requestObjectWorld(ecdh)
      const response = await ask({ request: await encryptFor(world, await sign(), { alg, enc }) })
      expect(response.headers.get('location')).not.toContain('error=')
    },
  )

  test('an encrypted request object is decrypted by RSA-OAEP-256 and RSA-OAEP with the same key (J11)', async () => {
    const { world, ask, sign } = await requestObjectWorld({ encryptionAlgorithms: ['RSA-OAEP-256', 'RSA-OAEP'] })
    for (const alg of ['RSA-OAEP-256', 'RSA-OAEP']) {
      const response = await ask({ request: await encryptFor(world, await sign(), { alg }) })
      expect(response.headers.get('location')).not.toContain('error=')
    }
  })

  test('an encrypted request object may be pushed, and may be behind a registered request_uri (J11)', async () => {
    const remote = await startRemote()
    const uri = `${remote.origin}/request.jwt`
    const { world, client, sign, url, browser } = await requestObjectWorld(
      ecdh,
      { request_uris: [uri] },
      {
        features: [jwtSecuredRequests(ecdh), pushedAuthorizationRequests()],
        dangerouslyAllowPrivateAddresses: true,
      },
    )
    const request = await encryptFor(world, await sign())
    remote.serveText('/request.jwt', 'application/oauth-authz-req+jwt', request)
    const pushed = await postAs(world, client, '/oauth2/par', { request })
    expect(pushed.status).toBe(201)
    for (const request_uri of [pushed.body.request_uri as string, uri]) {
      const { url: end } = await browser.visit(url({ request_uri }), { user: alice, accept: true })
      expect(new URL(end).searchParams.get('code')).toEqual(expect.any(String))
    }
    const wrong = `${request.slice(0, -4)}AAAA`
    expectJsonError(await postAs(world, client, '/oauth2/par', { request: wrong }), 400, 'invalid_request_object')
  })

  test('a client that registered request_object_encryption_alg must encrypt by exactly that, and enc likewise (J11)', async () => {
    const { world, ask, sign } = await requestObjectWorld(ecdh, {
      request_object_encryption_alg: 'ECDH-ES+A256KW',
      request_object_encryption_enc: 'A256GCM',
    })
    const registered = { alg: 'ECDH-ES+A256KW', enc: 'A256GCM' }
    const good = await ask({ request: await encryptFor(world, await sign(), registered) })
    expect(good.headers.get('location')).not.toContain('error=')
    for (const request of [
      await sign(),
      await encryptFor(world, await sign(), { ...registered, alg: 'ECDH-ES' }),
      await encryptFor(world, await sign(), { ...registered, enc: 'A128GCM' }),
    ]) {
      expectErrorRedirect(world, await ask({ request }), redirectUri, 'invalid_request_object')
    }
  })

  test('an encrypted request object of a client that registered only the alg may have any enc (J11)', async () => {
    const { world, ask, sign } = await requestObjectWorld(ecdh, { request_object_encryption_alg: 'ECDH-ES' })
    for (const enc of contentEncryption) {
      const response = await ask({ request: await encryptFor(world, await sign(), { enc }) })
      expect(response.headers.get('location')).not.toContain('error=')
    }
  })
})

describe('the metadata of encrypted request objects (J10)', () => {
  test('discovery names the algorithms, and without the option none (J10)', async () => {
    const { world } = await requestObjectWorld(ecdh)
    expect(world.provider.metadata).toMatchObject({
      request_object_encryption_alg_values_supported: [...ecdh.encryptionAlgorithms],
      request_object_encryption_enc_values_supported: contentEncryption,
    })
    const without = createWorld({ features: [jwtSecuredRequests()] })
    expect(JSON.stringify(without.provider.metadata)).not.toContain('request_object_encryption')
  })

  test('a client may register the algorithms of the option and no others (J10)', async () => {
    const world = openWorld({ features: [jwtSecuredRequests(ecdh)] })
    const ask = (metadata: object) => register(world, { redirect_uris: [redirectUri], ...metadata })
    const good = { request_object_encryption_alg: 'ECDH-ES', request_object_encryption_enc: 'A128GCM' }
    const answer = await ask(good)
    expect([answer.status, answer.body]).toMatchObject([201, good])
    for (const wrong of [
      { request_object_encryption_alg: 'RSA-OAEP' },
      { request_object_encryption_alg: 'RSA1_5' },
      { request_object_encryption_alg: 'ECDH-ES', request_object_encryption_enc: 'A192GCM' },
      { request_object_encryption_enc: 'A128GCM' },
    ]) {
      expectJsonError(await ask(wrong), 400, 'invalid_client_metadata')
    }
    const without = createWorld({ features: [jwtSecuredRequests()] })
    await expect(registerConfidential(without, good)).rejects.toThrow('the option encryptionAlgorithms')
  })

  test('an algorithm that the package does not have is refused as an option (J10)', () => {
    for (const algorithm of ['RSA1_5', 'dir', 'A128KW', 'PBES2-HS256+A128KW']) {
      expect(() => jwtSecuredRequests({ encryptionAlgorithms: [algorithm as 'ECDH-ES'] })).toThrow(
        /^jwtSecuredRequests: encryptionAlgorithms/,
      )
    }
  })
})
