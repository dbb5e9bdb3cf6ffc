import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { redirectUri, registerConfidential } from '../../support/client.ts'
import { assertion, clientKey, signJwt } from '../../support/client-keys.ts'
import { expectErrorPage, expectErrorRedirect } from '../../support/expectations.ts'
import { encodeJson } from '../../support/keys.ts'
import { startRemote } from '../../support/remote.ts'
import { requestObjectWorld } from '../../support/request-objects.ts'

describe('whose signature (H03)', () => {
  test('a request object with alg none, in any spelling, is refused (H03)', async () => {
    const { world, ask, unsigned } = await requestObjectWorld()
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) {
      for (const policy of [unsigned({}, { alg }), `${unsigned({}, { alg })}AAAA`]) {
        expectErrorRedirect(world, await ask({ request: policy }), redirectUri, 'invalid_request_object')
      }
    }
    // A server that accepts unsigned request objects accepts only the exact algorithm `none`.
    const open = await requestObjectWorld({ unsigned: 'allowed' })
    for (const alg of ['None', '', undefined, null]) {
      const response = await open.ask({ request: open.unsigned({}, { alg }) })
      expectErrorRedirect(open.world, response, redirectUri, 'invalid_request_object')
    }
  })

  test('a request object with a symmetric algorithm, under the public key, under the secret, or of a public client, is refused (H03)', async () => {
    const { world, ask, claims, client, key } = await requestObjectWorld()
    for (const secret of [JSON.stringify(key.publicJwk), String(client.client_secret), 'x'.repeat(43)]) {
      const request = await signJwt(new TextEncoder().encode(secret), { alg: 'HS256', kid: key.kid }, claims())
      expectErrorRedirect(world, await ask({ request }), redirectUri, 'invalid_request_object')
    }
  })

  test('a request object by another client’s key, with a key in the header, or with a changed claim is refused (H03)', async () => {
    const { world, ask, claims, sign } = await requestObjectWorld()
    const attacker = await clientKey('ES256', 'attacker')
    await registerConfidential(world, { jwks: { keys: [{ ...attacker.publicJwk }] } })
    const [header, , signature] = (await sign()).split('.')
    const made = [
      await signJwt(attacker.privateKey, { alg: 'ES256', kid: 'attacker' }, claims()),
      await signJwt(attacker.privateKey, { alg: 'ES256', kid: 'key-1' }, claims()),
      await signJwt(attacker.privateKey, { alg: 'ES256', jwk: attacker.publicJwk }, claims()),
      await signJwt(attacker.privateKey, { alg: 'ES256', jku: 'https://attacker.example/jwks' }, claims()),
      `${header}.${encodeJson(claims({ scope: 'openid notes:write' }))}.${signature}`,
      `${header}.${encodeJson(claims())}.`,
    ]
    for (const request of made) {
      expectErrorRedirect(world, await ask({ request }), redirectUri, 'invalid_request_object')
    }
  })

  test('a request object with an algorithm that the client has not registered is refused (H03)', async () => {
    const { world, ask, sign } = await requestObjectWorld({}, { request_object_signing_alg: 'RS256' })
    expectErrorRedirect(world, await ask({ request: await sign() }), redirectUri, 'invalid_request_object')
    const server = await requestObjectWorld({ signingAlgorithms: ['PS256'] })
    const response = await server.ask({ request: await server.sign() })
    expectErrorRedirect(server.world, response, redirectUri, 'invalid_request_object')
  })

  test('a client without keys, and an encrypted object, are refused (H03)', async () => {
    const { world, ask, sign } = await requestObjectWorld({}, { jwks: undefined })
    expectErrorRedirect(world, await ask({ request: await sign() }), redirectUri, 'invalid_request_object')
    expectErrorRedirect(world, await ask({ request: 'a.b.c.d.e' }), redirectUri, 'invalid_request_object')
  })
})

describe('what it says (H03)', () => {
  test.each<[string, object]>([
    ['aud of another server', { aud: 'https://other.example' }],
    ['aud of several others', { aud: ['https://other.example'] }],
    ['the endpoint as aud', { aud: 'https://id.example.com/auth/oauth2/authorize' }],
    ['no aud', { aud: undefined }],
    ['iss of another client', { iss: 'another' }],
    ['no iss', { iss: undefined }],
    ['client_id of another client', { client_id: 'another' }],
    ['a client_id that is no text', { client_id: ['x'] }],
    ['request in it', { request: 'x.y.z' }],
    ['request_uri in it', { request_uri: 'https://client.example/request' }],
    ['times that are no numbers', { exp: 'tomorrow' }],
    ['a resource that is no list of URIs', { resource: [{}] }],
  ])('a request object with %s is refused (H03)', async (_name, changes) => {
    const { world, ask, sign } = await requestObjectWorld()
    expectErrorRedirect(
      world,
      await ask({ request: await sign({ ...changes }) }),
      redirectUri,
      'invalid_request_object',
    )
  })

  test.each<[string, object, boolean]>([
    ['that expired 9 s ago is accepted', { exp: -9, nbf: -60, iat: -60 }, true],
    ['that expired 10 s ago is refused', { exp: -10, nbf: -60, iat: -60 }, false],
    ['whose nbf is 10 s ahead is accepted', { nbf: 10 }, true],
    ['whose nbf is 11 s ahead is refused', { nbf: 11 }, false],
    ['whose iat is a minute ahead is refused', { iat: 60, exp: 120 }, false],
  ])('a request object %s', async (_name, offsets, good) => {
    const { world, ask, sign } = await requestObjectWorld()
    const now = world.clock.now()
    const times = Object.fromEntries(Object.entries(offsets).map(([name, offset]) => [name, now + offset]))
    const response = await ask({ request: await sign(times) })
    if (good) expect(response.headers.get('location')).toMatch(/\/login\?/)
    else expectErrorRedirect(world, response, redirectUri, 'invalid_request_object')
  })

  test("the client's assertion, and any other JWT of its own, is no request object (E02)", async () => {
    const { world, ask, sign, client, key } = await requestObjectWorld({ outsideParameters: 'merged' })
    const asAssertion = await assertion(world, client, key)
    expectErrorRedirect(world, await ask({ request: asAssertion }), redirectUri, 'invalid_request_object')
    for (const typ of ['client-authentication+jwt', 'dpop+jwt', 'at+jwt', 7]) {
      const response = await ask({ request: await sign({}, { typ }) })
      expectErrorRedirect(world, response, redirectUri, 'invalid_request_object')
    }
  })

  test('NUL in a claim, many claims and __proto__ are refused, or nothing happens (G07, G05)', async () => {
    const { world, ask, sign } = await requestObjectWorld()
    const page = await ask({ request: await sign({ scope: 'openid\0' }) })
    expectErrorRedirect(world, page, redirectUri, 'invalid_request')
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`p${index}`, 'x']))
    expectErrorRedirect(world, await ask({ request: await sign(many) }), redirectUri, 'invalid_request')
    const odd = await sign(JSON.parse('{"__proto__": {"polluted": true}, "constructor": "x"}'))
    expect((await ask({ request: odd })).headers.get('location')).toMatch(/\/login\?/)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
})

describe('request_uri', () => {
  async function start(options: Parameters<typeof requestObjectWorld>[0] = {}, fragment = '') {
    const remote = await startRemote()
    const uri = `${remote.origin}/request.jwt`
    const made = await requestObjectWorld(
      options,
      { request_uris: [uri + fragment] },
      { dangerouslyAllowPrivateAddresses: true, outboundTimeoutSeconds: 1 },
    )
    const publish = async (changes = {}, type = 'application/oauth-authz-req+jwt'): Promise<void> =>
      remote.serveText('/request.jwt', type, `${await made.sign(changes)}\n`)
    await publish()
    return { ...made, remote, uri, publish }
  }

  test.each(['application/oauth-authz-req+jwt', 'application/jwt', 'application/jose; charset=utf-8'])(
    'a registered one is fetched, as %s',
    async (type) => {
      const { ask, uri, publish, remote } = await start()
      await publish({ login_hint: 'by-reference' }, type)
      expect((await ask({ request_uri: uri })).headers.get('location')).toMatch(/\/login\?.*login_hint=by-reference/)
      expect(remote.requests).toEqual(['/request.jwt'])
    },
  )

  test('an unsigned one, where that is allowed', async () => {
    const { ask, uri, remote, unsigned } = await start({ unsigned: 'allowed' })
    remote.serveText('/request.jwt', 'application/jwt', unsigned())
    expect((await ask({ request_uri: uri })).headers.get('location')).toMatch(/\/login\?/)
  })

  test('a hash as the fragment says whether the document is still the same; without one it is kept for ten seconds', async () => {
    const { ask, uri, publish, remote, world } = await start({}, '#first')
    const hashed = async (): Promise<string> => {
      const response = await fetch(uri)
      remote.requests.pop()
      return `${uri}#${createHash('sha256')
        .update(await response.text())
        .digest('base64url')}`
    }
    const first = await hashed()
    for (let count = 0; count < 3; count++) await ask({ request_uri: first })
    expect(remote.requests).toHaveLength(1)
    world.clock.advance(200)
    await publish({ login_hint: 'changed', exp: world.clock.now() + 60 })
    await ask({ request_uri: first })
    expect(remote.requests).toHaveLength(1)
    const changed = await ask({ request_uri: await hashed() })
    expect(changed.headers.get('location')).toMatch(/login_hint=changed/)
    expect(remote.requests).toHaveLength(2)

    world.clock.advance(9)
    for (const sent of [uri, `${uri}#version-1`, `${uri}#version-2`]) await ask({ request_uri: sent })
    expect(remote.requests).toHaveLength(2)
    world.clock.advance(1)
    await ask({ request_uri: uri })
    expect(remote.requests).toHaveLength(3)
  })

  test('a request_uri that is not registered for this client is not fetched (H03, G02)', async () => {
    const { world, ask, uri, remote } = await start()
    const other = await registerConfidential(world)
    for (const [client_id, request_uri] of [
      [other.client_id, uri],
      [undefined, `${uri}?x`],
      [undefined, `${uri}/../request.jwt`],
      [undefined, `${remote.origin}/other`],
      [undefined, 'https://169.254.169.254/latest'],
    ] as const) {
      const response = await ask({ ...(client_id !== undefined && { client_id }), request_uri })
      expectErrorRedirect(world, response, redirectUri, 'invalid_request_uri')
    }
    await expectErrorPage(await ask({ client_id: 'unknown', request_uri: uri }), 400, 'invalid_client')
    expect(remote.requests).toEqual([])
  })

  test('a URN is no request_uri of the server', async () => {
    const { world, ask } = await start()
    const response = await ask({ request_uri: 'urn:ietf:params:oauth:request_uri:x' })
    expectErrorRedirect(world, response, redirectUri, 'invalid_request_uri')
  })

  test.each<[string, (remote: Awaited<ReturnType<typeof startRemote>>) => void]>([
    ['nothing', (remote) => remote.serve('/request.jwt', (_, response) => void response.writeHead(404).end())],
    ['a page', (remote) => remote.serveText('/request.jwt', 'text/html', 'x.y.z')],
    ['no answer', (remote) => remote.serve('/request.jwt', () => undefined)],
    ['too much', (remote) => remote.serveText('/request.jwt', 'application/jwt', 'x'.repeat(300_000))],
    [
      'a redirect',
      (remote) =>
        remote.serve('/request.jwt', (_, response) => void response.writeHead(302, { location: '/to' }).end()),
    ],
  ])(
    '%s behind a request_uri answers invalid_request_uri, and is not fetched again at once (G03)',
    async (_name, change) => {
      const { world, ask, uri, remote } = await start()
      change(remote)
      for (let count = 0; count < 3; count++) {
        expectErrorRedirect(world, await ask({ request_uri: uri }), redirectUri, 'invalid_request_uri')
      }
      expect(remote.requests).toEqual(['/request.jwt'])
    },
  )

  test('a document behind a request_uri that is no request object is refused (H03)', async () => {
    const { world, ask, uri, remote } = await start()
    remote.serveText('/request.jwt', 'application/jwt', 'not a JWT')
    expectErrorRedirect(world, await ask({ request_uri: uri }), redirectUri, 'invalid_request_object')
  })

  test("the host's requestUriResolver is asked first, and what it does not know is ours", async () => {
    const remote = await startRemote()
    const uri = `${remote.origin}/request.jwt`
    const asked: string[] = []
    const { ask, sign, client, pkce } = await requestObjectWorld(
      {},
      { request_uris: [uri] },
      {
        dangerouslyAllowPrivateAddresses: true,
        requestUriResolver(requestUri) {
          asked.push(requestUri)
          if (requestUri !== 'urn:example:ours') return undefined
          const challenge = { code_challenge: pkce.challenge, code_challenge_method: 'S256' }
          return { client_id: client.client_id, response_type: 'code', login_hint: 'from-host', ...challenge }
        },
      },
    )
    remote.serveText('/request.jwt', 'application/jwt', await sign({ login_hint: 'from-client' }))
    expect((await ask({ request_uri: 'urn:example:ours' })).headers.get('location')).toMatch(/login_hint=from-host/)
    expect((await ask({ request_uri: uri })).headers.get('location')).toMatch(/login_hint=from-client/)
    const unknown = (await ask({ request_uri: 'urn:example:nobodys' })).headers.get('location') ?? ''
    expect(new URL(unknown).searchParams.get('error')).toBe('invalid_request_uri')
    expect(asked).toEqual(['urn:example:ours', uri, 'urn:example:nobodys'])
  })
})
