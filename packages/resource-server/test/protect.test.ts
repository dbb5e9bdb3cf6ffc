import {
  createProtectedResource,
  protect,
  protectedResourceMetadataUrl,
  ResourceError,
  requireScopes,
  type VerifiedToken,
} from '@oauth/resource-server'
import { describe, expect, it } from 'vitest'
import { api, machineToken, setUp } from './support/setup.ts'

const resourceMetadata = protectedResourceMetadataUrl(api)
const metadata = `resource_metadata="${resourceMetadata}"`

async function setUpApi(scopes?: readonly string[]) {
  const setup = await setUp()
  const errors: ResourceError[] = []
  const seen: VerifiedToken[] = []
  const options = { verifier: setup.verifier, resourceMetadata, onError: (error: ResourceError) => errors.push(error) }
  const handler = protect(scopes === undefined ? options : { ...options, scopes })((request, token) => {
    seen.push(token)
    if (request.method === 'POST') requireScopes(token, ['notes:write'])
    if (request.method === 'DELETE') throw new RangeError('the handler is broken')
    return new Response('notes')
  })
  const get = async (authorization?: string, { path = '/notes', method = 'GET' } = {}) => {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
    const response = await handler(new Request(api + path, { headers, method }))
    return { status: response.status, challenge: response.headers.get('www-authenticate'), body: await response.text() }
  }
  return { ...setup, get, errors, seen }
}

describe('protect', () => {
  it('protect passes the request and its token to the handler', async () => {
    const setup = await setUpApi(['notes:read'])
    expect(await setup.get(`Bearer ${await machineToken(setup)}`)).toMatchObject({ status: 200, body: 'notes' })
    expect(setup.seen).toMatchObject([{ clientId: setup.client.client_id, source: 'jwt' }])
    expect(setup.errors).toEqual([])
  })

  it('protect passes further arguments of the platform to the handler', async () => {
    const setup = await setUp()
    const handler = protect({ verifier: setup.verifier })((_, token, env: { name: string }, more: number) =>
      Response.json([token.scopes, env.name, more]),
    )
    const headers = { authorization: `Bearer ${await machineToken(setup)}` }
    const response = await handler(new Request(api, { headers }), { name: 'env' }, 2)
    expect(await response.json()).toEqual([['notes:read'], 'env', 2])
  })

  it.each([undefined, 'Basic dXNlcjpwYXNz', 'DPoP abc', 'Bearertoken'])(
    'protect answers the authorization header %s with a challenge that has no error code',
    async (authorization) => {
      const setup = await setUpApi(['notes:read'])
      expect(await setup.get(authorization)).toEqual({
        status: 401,
        challenge: `Bearer scope="notes:read", ${metadata}`,
        body: '{"error_description":"an access token is required"}',
      })
    },
  )

  it('protect answers an invalid token with invalid_token, and tells the reason only to onError', async () => {
    const setup = await setUpApi()
    const token = await machineToken(setup)
    expect(await setup.get(`Bearer ${token.slice(0, -8)}AAAAAAAA`)).toEqual({
      status: 401,
      challenge: `Bearer error="invalid_token", error_description="the access token is not valid", ${metadata}`,
      body: '{"error":"invalid_token","error_description":"the access token is not valid"}',
    })
    expect(setup.errors[0]?.cause).toMatchObject({ code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' })
  })

  it('protect answers a missing scope with the required scopes, also when the handler requires them', async () => {
    const strict = await setUpApi(['notes:read', 'notes:write'])
    expect(await strict.get(`Bearer ${await machineToken(strict)}`)).toMatchObject({
      status: 403,
      challenge:
        'Bearer error="insufficient_scope", error_description="the access token lacks a scope", ' +
        `scope="notes:read notes:write", ${metadata}`,
    })
    expect(strict.seen).toEqual([])
    const setup = await setUpApi()
    expect(await setup.get(`Bearer ${await machineToken(setup)}`, { method: 'POST' })).toMatchObject({
      status: 403,
      challenge: expect.stringContaining('scope="notes:write"'),
    })
  })

  it('protect refuses a token in the query, also beside one in the header', async () => {
    const setup = await setUpApi()
    const token = await machineToken(setup)
    for (const authorization of [undefined, `Bearer ${token}`]) {
      expect(await setup.get(authorization, { path: `/notes?access_token=${token}` })).toMatchObject({
        status: 400,
        challenge: `Bearer error="invalid_request", error_description="the access token must not be in the query", ${metadata}`,
      })
    }
    expect(setup.seen).toEqual([])
  })

  it('protect refuses two tokens, and a malformed token', async () => {
    const setup = await setUpApi()
    const token = await machineToken(setup)
    const bad = [`Bearer ${token}, Bearer ${token}`, `Bearer ${token} ${token}`, 'Bearer', 'Bearer "quoted"']
    for (const authorization of bad) {
      expect(await setup.get(authorization)).toMatchObject({
        status: 400,
        challenge: expect.stringContaining('error="invalid_request"'),
      })
    }
    const twice = new Headers([
      ['authorization', `Bearer ${token}`],
      ['authorization', `Bearer ${token}`],
    ])
    const handler = protect({ verifier: setup.verifier })(() => new Response('notes'))
    expect((await handler(new Request(api, { headers: twice }))).status).toBe(400)
  })

  it('protect answers 503, and neither 401 nor 200, while the authorization server is down', async () => {
    const setup = await setUpApi()
    const token = await machineToken(setup)
    setup.network.down = true
    expect(await setup.get(`Bearer ${token}`)).toEqual({
      status: 503,
      challenge: null,
      body: '{"error":"temporarily_unavailable","error_description":"the authorization server cannot be reached"}',
    })
    expect(setup.errors[0]?.cause).toMatchObject({ message: 'fetch failed' })
  })

  it('protect repeats no token in its responses, and passes on other errors of the handler (G11)', async () => {
    const setup = await setUpApi()
    const token = await machineToken(setup)
    await expect(setup.get(`Bearer ${token}`, { method: 'DELETE' })).rejects.toThrow('the handler is broken')
    const forged = `${token.slice(0, -8)}AAAAAAAA`
    const answers = [await setup.get(`Bearer ${forged}`), await setup.get(`Bearer ${token} ${token}`)]
    expect(JSON.stringify(answers)).not.toContain(token.slice(0, 40))
    expect(setup.errors.map((error) => `${error.message} ${error.stack}`).join()).not.toContain(token.slice(0, 40))
  })

  it('protect refuses unknown options', async () => {
    const { verifier } = await setUp()
    expect(() => protect({ verifier, scope: ['a'] } as never)).toThrow('there is no option scope')
    expect(() => protect({ verifier, resourceMetadata: '/relative' })).toThrow('resourceMetadata')
  })
})

describe('a protected handler that is called with a URL', () => {
  it.each<readonly [string, unknown]>([
    ['a text', api],
    ['a URL', new URL(api)],
    ['nothing', undefined],
  ])('with %s, protect and withAuth reject with an error that says what to pass', async (_name, value) => {
    const { verifier } = await setUp()
    const resource = createProtectedResource({ resource: api, authorizationServer: 'https://id.example.com/auth' })
    const handlers = [
      protect({ verifier })(() => new Response('notes')),
      resource.withAuth(() => new Response('notes')),
    ]
    for (const handler of handlers) {
      await expect(handler(value as Request)).rejects.toThrow(
        new TypeError('a protected handler takes a Request: pass new Request(url) for a URL'),
      )
    }
  })
})

describe('requireScopes', () => {
  it('requireScopes demands all scopes, and compares them exactly', () => {
    const token = { scopes: ['notes:read', 'notes:write'] }
    requireScopes(token, [])
    requireScopes(token, ['notes:write', 'notes:read'])
    for (const missing of ['notes', 'Notes:read', 'notes:read notes:write']) {
      expect(() => requireScopes(token, ['notes:read', missing])).toThrow(ResourceError)
    }
  })
})
