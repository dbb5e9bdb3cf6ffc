import {
  insufficientScope,
  invalidRequest,
  invalidToken,
  protectedResourceMetadataUrl,
  temporarilyUnavailable,
  unauthorized,
} from '@oauth/resource-server'
import { customFetch, protectedResourceRequest, WWWAuthenticateChallengeError } from 'oauth4webapi'
import { describe, expect, it } from 'vitest'
import { api } from './support/setup.ts'

const resourceMetadata = protectedResourceMetadataUrl(`${api}/mcp`)
const metadata = 'resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/mcp"'

async function read(response: Response) {
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    body: await response.json(),
  }
}

describe('a challenge', () => {
  it('the challenge for a request without a token has no error code', async () => {
    expect(await read(unauthorized({ resourceMetadata, description: 'an access token is required' }))).toEqual({
      status: 401,
      challenge: `Bearer ${metadata}`,
      body: { error_description: 'an access token is required' },
    })
    expect(
      await read(unauthorized({ resourceMetadata, scope: ['notes:read', 'notes:write'], realm: 'notes' })),
    ).toEqual({
      status: 401,
      challenge: `Bearer realm="notes", scope="notes:read notes:write", ${metadata}`,
      body: {},
    })
  })

  it('a challenge has at least one parameter', async () => {
    expect((await read(unauthorized())).challenge).toBe('Bearer realm="protected resource"')
  })

  it('the challenge for an invalid token has the error invalid_token', async () => {
    expect(await read(invalidToken({ resourceMetadata, description: 'the access token has expired' }))).toEqual({
      status: 401,
      challenge: `Bearer error="invalid_token", error_description="the access token has expired", ${metadata}`,
      body: { error: 'invalid_token', error_description: 'the access token has expired' },
    })
  })

  it('the challenge for missing scopes has the error insufficient_scope and the required scopes', async () => {
    expect(await read(insufficientScope({ scope: 'notes:write', resourceMetadata }))).toEqual({
      status: 403,
      challenge: `Bearer error="insufficient_scope", scope="notes:write", ${metadata}`,
      body: { error: 'insufficient_scope', scope: 'notes:write' },
    })
  })

  it('the challenge for a malformed request has the error invalid_request', async () => {
    expect(await read(invalidRequest())).toEqual({
      status: 400,
      challenge: 'Bearer error="invalid_request"',
      body: { error: 'invalid_request' },
    })
  })

  it('a 503, when the token could not be verified, has no challenge', async () => {
    const response = temporarilyUnavailable()
    expect(response.headers.get('retry-after')).toBe('5')
    expect(await read(response)).toMatchObject({
      status: 503,
      challenge: null,
      body: { error: 'temporarily_unavailable' },
    })
  })

  it('scripts may read the challenge, and caches do not store it', () => {
    for (const response of [unauthorized(), invalidToken(), invalidRequest(), temporarilyUnavailable()]) {
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(response.headers.get('content-type')).toBe('application/json')
      expect(response.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate')
    }
  })

  it('a challenge escapes quotes and control characters in its values (G07)', async () => {
    const odd = 'a"b\\c\r\nset-cookie: d\u0000\u20ac'
    const response = invalidToken({
      description: odd,
      scope: 'x" y',
      realm: odd,
      resourceMetadata: 'https://api.example.com/"a\\b?c"d\\e',
    })
    const safe = 'a?b?c??set-cookie: d??'
    expect(await read(response)).toMatchObject({
      challenge:
        `Bearer realm="${safe}", error="invalid_token", error_description="${safe}", scope="x? y", ` +
        'resource_metadata="https://api.example.com/%22a/b?c%22d%5Ce"',
      body: { error_description: safe },
    })
    expect(response.headers.has('set-cookie')).toBe(false)
  })

  it('a challenge refuses a metadata URL that is not secure', () => {
    expect(() => unauthorized({ resourceMetadata: 'http://localhost.evil.example/' })).toThrow(TypeError)
  })

  it('a client library can parse the challenge', async () => {
    const request = protectedResourceRequest('token', 'GET', new URL(api), undefined, undefined, {
      [customFetch]: async () =>
        insufficientScope({ scope: ['a', 'b'], resourceMetadata, description: 'more, please' }),
    })
    const error = await request.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(WWWAuthenticateChallengeError)
    expect((error as WWWAuthenticateChallengeError).cause).toEqual([
      {
        scheme: 'bearer',
        parameters: {
          error: 'insufficient_scope',
          error_description: 'more, please',
          scope: 'a b',
          resource_metadata: resourceMetadata,
        },
      },
    ])
  })
})
