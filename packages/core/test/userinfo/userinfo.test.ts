import { describe, expect, test } from 'vitest'
import { type Answer, getTokens, postAs, refresh, registerConfidential } from '../support/client.ts'
import { expectJsonError, send } from '../support/expectations.ts'
import { plainScope } from '../support/prepared.ts'
import { alice, createWorld, issuer, type World } from '../support/world.ts'

const url = `${issuer}/oauth2/userinfo`
const form = 'application/x-www-form-urlencoded'

const get = (world: World, authorization?: string) =>
  send(world, url, authorization === undefined ? {} : { headers: { authorization } })

function postForm(world: World, body: string, headers: Record<string, string> = {}) {
  return send(world, url, { method: 'POST', headers: { 'content-type': form, ...headers }, body })
}

/** Expects an error with its challenge (RFC 6750 section 3). */
function expectChallenge(answer: Answer, status: number, error: string): void {
  expectJsonError(answer, status, error)
  const challenge = answer.headers.get('www-authenticate') ?? ''
  expect(challenge).toMatch(/^Bearer realm="[^"]+", error="/)
  expect(challenge).toContain(`error="${error}"`)
}

async function start(scope = 'openid email') {
  const world = createWorld()
  const client = await registerConfidential(world)
  const tokens = await getTokens(world, client, { scope })
  return { world, client, token: tokens.access_token as string }
}

describe('userinfo', () => {
  test('userinfo answers the same to GET with the header, POST with the header, and POST with the body', async () => {
    const { world, token } = await start()
    const authorization = `Bearer ${token}`
    const answers = [
      await get(world, authorization),
      await get(world, `bearer ${token}`),
      await get(world, `Bearer   ${token} `),
      await send(world, url, { method: 'POST', headers: { authorization } }),
      await postForm(world, '', { authorization }),
      await postForm(world, `access_token=${token}`),
    ]
    for (const answer of answers) {
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toBe('application/json')
      expect(answer.body).toEqual({ sub: alice.id, email: alice.email, email_verified: true })
    }
  })

  test('userinfoAudience: false leaves userinfo out of a token for a resource, and a token without one is good here', async () => {
    const resource = 'https://api.example.com'
    for (const disableJwtPlugin of [false, true]) {
      const world = createWorld({
        idTokenSigningAlgorithm: 'ES256',
        userinfoAudience: false,
        bindResources: false,
        disableJwtPlugin,
      })
      const client = await registerConfidential(world)
      const tokens = await getTokens(world, client, { scope: 'openid offline_access' }, { resource })
      expect((await world.provider.verifyAccessToken(tokens.access_token))?.audience).toEqual([resource])
      expectChallenge(await get(world, `Bearer ${tokens.access_token}`), 401, 'invalid_token')
      const { access_token } = (await refresh(world, client, tokens.refresh_token)).body
      expect((await get(world, `Bearer ${access_token}`)).body).toEqual({ sub: alice.id })
    }
  })

  test('a JWT for a resource is good here as well, when it has openid', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const resource = 'https://api.example.com'
    const { access_token } = await getTokens(world, client, { scope: 'openid' }, { resource })
    expect((await get(world, `Bearer ${access_token}`)).body).toEqual({ sub: alice.id })
    const other = await getTokens(world, client, { scope: 'notes:read' }, { resource })
    expectChallenge(await get(world, `Bearer ${other.access_token}`), 401, 'invalid_token')
  })

  test('userinfo without a token answers 401 with a challenge that has no error code', async () => {
    const { world, token } = await start()
    const answers = [
      await get(world),
      await get(world, 'Bearer'),
      await get(world, 'Bearer '),
      await get(world, `Basic ${btoa(`x:${token}`)}`),
      await get(world, token),
      await postForm(world, ''),
      await postForm(world, 'access_token='),
      await send(world, url, { method: 'POST', body: JSON.stringify({ access_token: token }) }),
    ]
    for (const answer of answers) {
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="oauth"')
    }
  })

  test('a token in the header and in the body is invalid_request', async () => {
    const { world, token } = await start()
    const authorization = `Bearer ${token}`
    expectChallenge(await postForm(world, `access_token=${token}`, { authorization }), 400, 'invalid_request')
  })

  test('a token in the query is invalid_request, even a good one, even next to a header', async () => {
    const { world, token } = await start()
    const inQuery = `${url}?access_token=${token}`
    expectChallenge(await send(world, inQuery), 400, 'invalid_request')
    const headers = { authorization: `Bearer ${token}` }
    expectChallenge(await send(world, inQuery, { headers }), 400, 'invalid_request')
    expectChallenge(await send(world, inQuery, { method: 'POST', headers }), 400, 'invalid_request')
  })

  test('a token that is repeated, in the body or in the query, is invalid_request with a challenge', async () => {
    const { world, token } = await start()
    const twice = `access_token=${token}&access_token=${token}`
    // RFC 6750 section 3.1: invalid_request is for what "repeats the same parameter".
    expectChallenge(await postForm(world, twice), 400, 'invalid_request')
    expectChallenge(await send(world, `${url}?${twice}`), 400, 'invalid_request')
  })

  test.each([
    ['unknown', 'abc'],
    ['of the right shape, but unknown', `a${'0'.repeat(24)}${'A'.repeat(43)}`],
    ['a JWT of nobody', 'eyJhbGciOiJub25lIn0.e30.'],
    ['with odd characters', 'a"b\\c'],
    ['very long', 'x'.repeat(10_000)],
  ])('a token that is %s answers 401 invalid_token', async (_name, token) => {
    expectChallenge(await get(createWorld(), `Bearer ${token}`), 401, 'invalid_token')
  })

  test('other credentials of the server that are no access token answer 401 invalid_token', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const tokens = await getTokens(world, client)
    for (const token of [tokens.id_token, tokens.refresh_token, client.client_secret]) {
      expectChallenge(await get(world, `Bearer ${token}`), 401, 'invalid_token')
    }
    const changed = `${tokens.access_token.slice(0, -1)}${tokens.access_token.endsWith('A') ? 'B' : 'A'}`
    expectChallenge(await get(world, `Bearer ${changed}`), 401, 'invalid_token')
  })

  test('a token without openid, and that of a machine, answer 403 insufficient_scope that names the scope', async () => {
    const { world, client, token } = await start(plainScope)
    const machine = (await postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials' })).body
    for (const insufficient of [token, machine.access_token]) {
      const answer = await get(world, `Bearer ${insufficient}`)
      expectChallenge(answer, 403, 'insufficient_scope')
      expect(answer.headers.get('www-authenticate')).toContain('scope="openid"')
    }
  })

  test('an expired or revoked token, a gone user and a disabled client answer 401 invalid_token', async () => {
    const expired = await start()
    expired.world.clock.advance(3600)
    expectChallenge(await get(expired.world, `Bearer ${expired.token}`), 401, 'invalid_token')
    const revoked = await start()
    await postAs(revoked.world, revoked.client, '/oauth2/revoke', { token: revoked.token })
    expectChallenge(await get(revoked.world, `Bearer ${revoked.token}`), 401, 'invalid_token')
    const gone = await start()
    gone.world.users.delete(alice.id)
    expectChallenge(await get(gone.world, `Bearer ${gone.token}`), 401, 'invalid_token')
    const disabled = await start()
    await disabled.world.provider.updateClient(disabled.client.client_id, { disabled: true })
    expectChallenge(await get(disabled.world, `Bearer ${disabled.token}`), 401, 'invalid_token')
  })

  test('other methods answer 405 that says which are allowed', async () => {
    const answer = await send(createWorld(), url, { method: 'PUT' })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST'])
  })

  test('HEAD answers the status of a GET and no body, for an error as well (RFC 9110 section 9.3.2)', async () => {
    const { world, token } = await start()
    const good = await send(world, url, { method: 'HEAD', headers: { authorization: `Bearer ${token}` } })
    expect([good.status, good.body]).toEqual([200, ''])
    const bare = await send(world, url, { method: 'HEAD' })
    expect([bare.status, bare.body]).toEqual([401, ''])
  })

  test('a script of another origin may ask: preflight, and readable errors', async () => {
    const { world, token } = await start()
    const headers = { origin: 'https://app.example.com', authorization: `Bearer ${token}` }
    const asked = await send(world, url, { method: 'OPTIONS', headers: { origin: headers.origin } })
    expect(asked.status).toBe(204)
    expect(asked.headers.get('access-control-allow-headers')).toMatch(/authorization/i)
    const answer = await send(world, url, { headers })
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
    const refused = await send(world, url, { headers: { origin: headers.origin } })
    expect(refused.headers.get('access-control-expose-headers')).toMatch(/www-authenticate/i)
  })
})
