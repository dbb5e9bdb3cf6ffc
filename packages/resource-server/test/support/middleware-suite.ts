import type { RequestListener } from 'node:http'
import type { ProtectedResourceOptions, ResourceError, SenderConstraint } from '@oauth/resource-server'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, type Listening, listen } from '../../../core/test/support/adapter-suite.ts'
import { fakeConstraint, proven } from './fake-constraint.ts'
import { files, machineToken, registerApi, type Setup, setUp } from './setup.ts'

/**
 * An application with these routes, behind the middlewares of a resource with these options. `MiddlewareApp` is what each
 * framework makes of them.
 *
 * | Route          | Needs                            | Answers                                            |
 * | -------------- | -------------------------------- | -------------------------------------------------- |
 * | `/v1`, any     | a token                          | `{ subject, clientId, scopes, sdk, body }` as JSON |
 * | `/v1/write`    | a token with `notes:write`       | the same                                           |
 * | `/v1/throws`   | a token                          | `requireScopes(auth, ['notes:write'])`             |
 * | `/v1/fails`    | a token                          | throws another error: 500 of the application       |
 * | `/open`        | nothing                          | `open`                                             |
 *
 * `/v1/write` has two guards, one for the resource and one for its scope. The metadata document is served beside them.
 */
export type MiddlewareApp = (options: ProtectedResourceOptions) => RequestListener

const resource = files
const document = '/.well-known/oauth-protected-resource/v1'
const metadata = `resource_metadata="https://files.example.com${document}"`
const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` })

/** The tests that the middlewares of every framework must pass, over real connections. */
export function describeMiddleware(name: string, appOf: MiddlewareApp): void {
  describe(`protected resource, ${name}`, () => {
    let setup: Setup
    let token: string
    let options: ProtectedResourceOptions
    let server: Listening | undefined
    beforeAll(async () => {
      setup = await setUp()
      const { world, network } = setup
      options = {
        resource,
        authorizationServer: { issuer: world.issuer, clock: world.clock, fetch: network.fetch },
        scopes: ['notes:read'],
      }
      token = await machineToken(setup, { resource })
    })
    afterEach(() => server?.close())

    const start = async (change: Partial<ProtectedResourceOptions> = {}): Promise<Listening> => {
      server = await listen(appOf({ ...options, ...change }))
      return server
    }
    const ask = async (path: string, init: Parameters<Listening['ask']>[1] = {}): Promise<Answer> =>
      (server ?? (await start())).ask(path, init)
    const challengeOf = ({ headers }: Answer): string | null => headers.get('www-authenticate')

    test('a valid token passes, and the handler gets the caller in the form of the SDK of MCP too', async () => {
      await start()
      const answer = await ask('/v1', { headers: bearer(token) })
      const clientId = setup.client.client_id
      expect([answer.status, JSON.parse(answer.text)]).toEqual([
        200,
        {
          subject: clientId,
          clientId,
          scopes: ['notes:read'],
          sdk: { token, expiresAt: expect.any(Number), resource, extra: { subject: clientId } },
          body: '',
        },
      ])
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    })

    test('a body reaches the handler untouched', async () => {
      await start()
      const headers = { ...bearer(token), 'content-type': 'application/json' }
      const answer = await ask('/v1', { method: 'POST', headers, body: '{"a": ["ü"]}' })
      expect([answer.status, JSON.parse(answer.text).body]).toEqual([200, '{"a": ["ü"]}'])
    })

    test.each([undefined, 'Basic dXNlcjpwYXNz', 'DPoP abc'])(
      'the authorization header %s is answered with a challenge that leads to the metadata document',
      async (authorization) => {
        await start()
        const answer = await ask('/v1', authorization === undefined ? {} : { headers: { authorization } })
        expect([answer.status, challengeOf(answer)]).toEqual([401, `Bearer scope="notes:read", ${metadata}`])
        expect(JSON.parse(answer.text)).toEqual({ error_description: 'an access token is required' })
        expect(answer.headers.get('content-type')).toBe('application/json')
        expect(answer.headers.get('cache-control')).toBe('no-store')
        expect(answer.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate')
      },
    )

    test('a forged, an expired and a foreign token are answered with invalid_token (E03, E04)', async () => {
      await start()
      const foreign = await machineToken(setup)
      for (const wrong of [`${token.slice(0, -8)}AAAAAAAA`, foreign, 'opaque']) {
        const answer = await ask('/v1', { headers: bearer(wrong) })
        expect([answer.status, JSON.parse(answer.text).error]).toEqual([401, 'invalid_token'])
        expect(challengeOf(answer)).toContain(metadata)
      }
      await server?.close()
      const late = { now: () => setup.world.clock.now() + 100_000 }
      await start({ authorizationServer: { issuer: setup.world.issuer, clock: late, fetch: setup.network.fetch } })
      const expired = await ask('/v1', { headers: bearer(token) })
      expect([expired.status, challengeOf(expired)]).toEqual([401, expect.stringContaining('has expired')])
    })

    test('a token in the query and two tokens are answered with invalid_request', async () => {
      await start()
      const inQuery = await ask(`/v1?access_token=${token}`, { headers: bearer(token) })
      const two = await ask('/v1', { headers: { authorization: `Bearer ${token}, Bearer ${token}` } })
      for (const { status, text } of [inQuery, two]) {
        expect([status, JSON.parse(text).error]).toEqual([400, 'invalid_request'])
      }
    })

    test('a route may demand more scopes than the resource, and the challenge names all of them', async () => {
      await start()
      const answer = await ask('/v1/write', { headers: bearer(token) })
      expect([answer.status, challengeOf(answer)]).toEqual([
        403,
        expect.stringMatching(/^Bearer error="insufficient_scope".*scope="notes:read notes:write"/),
      ])
      const strong = await machineToken(setup, { resource, scope: 'notes:read notes:write' })
      expect((await ask('/v1/write', { headers: bearer(strong) })).status).toBe(200)
    })

    test('a ResourceError of a handler is answered with its challenge, and every other error is the application’s', async () => {
      await start()
      const answer = await ask('/v1/throws', { headers: bearer(token) })
      expect([answer.status, challengeOf(answer)]).toEqual([
        403,
        expect.stringMatching(/^Bearer error="insufficient_scope".*notes:write.*resource_metadata=/),
      ])
      const failed = await ask('/v1/fails', { headers: bearer(token) })
      expect([failed.status, challengeOf(failed)]).toEqual([500, null])
    })

    test('the metadata document has the signature that signMetadata makes', async () => {
      const seen: unknown[] = []
      const signMetadata = async (signed: unknown) => {
        seen.push(signed)
        return 'head.body.signature'
      }
      await start({ metadata: { signMetadata } })
      for (let count = 0; count < 2; count++) {
        const answer = await ask(document)
        expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
          200,
          { resource, signed_metadata: 'head.body.signature' },
        ])
      }
      // The same object each time, so that a signer can keep what it signed.
      expect(seen).toHaveLength(2)
      expect(seen[0]).toBe(seen[1])
      expect(seen[0]).not.toHaveProperty('signed_metadata')
    })

    test('the metadata document is at the well-known path of the resource, also with a slash at its end', async () => {
      await start({ metadata: { resourceName: 'Notes', scopesSupported: ['notes:read', 'notes:write'] } })
      for (const path of [document, `${document}/`, `${document}?x=1`]) {
        const answer = await ask(path)
        expect([answer.status, JSON.parse(answer.text)]).toEqual([
          200,
          {
            resource,
            authorization_servers: [setup.world.issuer],
            scopes_supported: ['notes:read', 'notes:write'],
            bearer_methods_supported: ['header'],
            resource_name: 'Notes',
          },
        ])
        expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      }
      const head = await ask(document, { method: 'HEAD' })
      expect([head.status, head.text, head.headers.get('content-type')]).toEqual([200, '', 'application/json'])
      expect((await ask(document, { method: 'OPTIONS' })).status).toBe(204)
      for (const path of ['/.well-known/oauth-protected-resource', `${document}/more`, `${document}x`]) {
        expect((await ask(path)).status).toBe(404)
      }
      expect((await ask('/open')).text).toBe('open')
    })

    test('a path below the resource, and a slash at the end of its own, need a token too', async () => {
      await start()
      for (const path of ['/v1/', '/v1/write', '/v1/throws']) expect((await ask(path)).status).toBe(401)
    })

    test('Host and X-Forwarded-* change neither the document nor the challenge (F05)', async () => {
      await start()
      const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' }
      const answers = [await ask(document, { headers }), await ask('/v1', { headers })]
      for (const { text, headers: own } of answers) expect(text + [...own].join()).not.toContain('evil')
      expect(challengeOf(answers[1] as Answer)).toContain(metadata)
    })

    test('a preflight is answered without a token and without the handler', async () => {
      await start()
      const headers = {
        origin: 'https://app.example.com',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,mcp-protocol-version,traceparent',
      }
      const answer = await ask('/v1', { method: 'OPTIONS', headers })
      expect([answer.status, answer.text]).toEqual([204, ''])
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      expect(answer.headers.get('access-control-allow-methods')).toContain('POST')
      expect(answer.headers.get('access-control-allow-headers')).toBe('authorization,mcp-protocol-version,traceparent')
      // Without the headers of a preflight, it is a request like any other.
      expect((await ask('/v1', { method: 'OPTIONS' })).status).toBe(401)
    })

    test('allowedOrigins decides which scripts may read responses', async () => {
      const ours = 'https://app.example.com'
      await start({ allowedOrigins: [ours] })
      const from = async (origin: string, method: string) => {
        const headers = { ...bearer(token), origin, 'access-control-request-method': 'GET' }
        const answer = await ask('/v1', { method, headers })
        return [answer.headers.get('access-control-allow-origin'), answer.headers.get('vary')]
      }
      for (const method of ['GET', 'OPTIONS']) {
        expect(await from(ours, method)).toEqual([ours, expect.stringContaining('Origin')])
        expect(await from('https://evil.example', method)).toEqual([null, expect.stringContaining('Origin')])
      }
    })

    test('TRACE, and a target with two slashes at its start, are no reason for an error of the application', async () => {
      await start()
      expect((await ask('/v1', { method: 'TRACE' })).status).toBeOneOf([401, 405, 501])
      expect((await ask('//evil.example/v1')).status).toBeOneOf([401, 404, 308])
    })

    test('an authorization server that does not answer is a 503, and onError learns why', async () => {
      const errors: ResourceError[] = []
      const fetch = async () => Promise.reject(new TypeError('fetch failed'))
      await start({
        authorizationServer: { issuer: setup.world.issuer, clock: setup.world.clock, fetch },
        onError: (error) => errors.push(error),
      })
      const { status, headers } = await ask('/v1', { headers: bearer(token) })
      expect([status, headers.get('retry-after')]).toEqual([503, '5'])
      expect(errors[0]?.cause).toMatchObject({ message: 'fetch failed' })
    })

    test('tokens are verified by the provider of the same process, which knows at once that one is revoked', async () => {
      const { provider, clock, issuer } = setup.world
      await start({ authorizationServer: { issuer, verifyWith: provider.verifyAccessToken, clock } })
      const own = await machineToken(setup, { resource })
      expect((await ask('/v1', { headers: bearer(own) })).status).toBe(200)
      await revoke(setup, own)
      expect((await ask('/v1', { headers: bearer(own) })).status).toBe(401)
    })

    test('tokens are verified by introspection, which shows at once that one is revoked', async () => {
      const { clock, issuer } = setup.world
      const introspection = { ...(await registerApi(setup.world, resource)), jwts: true }
      await start({ authorizationServer: { issuer, clock, fetch: setup.network.fetch, introspection } })
      const own = await machineToken(setup, { resource })
      expect((await ask('/v1', { headers: bearer(own) })).status).toBe(200)
      await revoke(setup, own)
      expect((await ask('/v1', { headers: bearer(own) })).status).toBe(401)
    })

    describe('with a sender constraint', () => {
      let constraint: ReturnType<typeof fakeConstraint>
      const startBound = async (change: Partial<ProtectedResourceOptions> = {}): Promise<void> => {
        constraint = fakeConstraint()
        const { issuer, clock } = setup.world
        const now = clock.now()
        const bound = {
          clientId: 'a',
          scopes: ['notes:read', 'notes:write'],
          audience: [change.resource ?? resource],
          issuedAt: now,
        }
        await start({
          authorizationServer: {
            issuer,
            clock,
            verifyWith: async () => ({ ...bound, expiresAt: now + 60, extra: { cnf: { jkt: 'key' } } }),
          },
          senderConstraints: [constraint as SenderConstraint],
          ...change,
        })
      }

      test('a bound token passes with its proof, once for all guards, and the response has the next nonce', async () => {
        await startBound()
        const url = `${resource}/write?x=1`
        const headers = { ...proven('opaque', { url, method: 'POST' }), host: 'evil.example' }
        const answer = await ask('/v1/write?x=1', { method: 'POST', headers })
        expect([answer.status, answer.headers.get('dpop-nonce')]).toEqual([200, 'next'])
        expect(answer.headers.get('access-control-expose-headers')).toContain('DPoP-Nonce')
        expect(constraint.calls).toEqual([{ method: 'POST', url, accessToken: 'opaque' }])
      })

      test('a bound token without its proof is refused, as a bearer token too, and a nonce is demanded with one', async () => {
        await startBound()
        for (const scheme of ['DPoP', 'Bearer']) {
          const { status } = await ask('/v1', { headers: { authorization: `${scheme} opaque` } })
          expect(status).toBe(401)
        }
        const stale = await ask('/v1', { headers: proven('opaque', { url: resource, used: 'old' }) })
        expect([stale.status, stale.headers.get('dpop-nonce')]).toEqual([401, 'the-nonce'])
        expect(challengeOf(stale)).toBe(`DPoP error="use_dpop_nonce", ${metadata}, algs="ES256"`)
        expect(challengeOf(await ask('/v1'))).toBe(
          `Bearer scope="notes:read", ${metadata}, DPoP scope="notes:read", ${metadata}, algs="ES256"`,
        )
      })

      test('behind a proxy that changes the path, a proof must match the URL that clients use', async () => {
        await startBound({ resource: 'https://files.example.com/public/v2', receivedAt: '/v1' })
        const url = 'https://files.example.com/public/v2/write'
        const answer = await ask('/v1/write', { headers: proven('opaque', { url }) })
        expect([answer.status, constraint.calls.map((call) => call.url)]).toEqual([200, [url]])
      })
    })
  })
}

async function revoke({ world, client }: Setup, token: string): Promise<void> {
  const { status } = await world.provider.fetch(
    new Request(`${world.issuer}/oauth2/revoke`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}` },
      body: new URLSearchParams({ token }),
    }),
  )
  expect(status).toBe(200)
}
