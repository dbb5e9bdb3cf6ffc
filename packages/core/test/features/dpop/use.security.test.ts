import { describe, expect, test } from 'vitest'
import { registerConfidential, registerPublic } from '../../support/client.ts'
import {
  authorizeForProof,
  dpopWorld,
  makeProof,
  postWithProof,
  thumbprintOf,
  userinfoAs,
  userinfoProof,
  userinfoWith,
} from '../../support/dpop.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { alice, type World } from '../../support/world.ts'

const algs = 'algs="ES256 EdDSA Ed25519 PS256"'

async function withToken(parameters = {}) {
  const world = dpopWorld()
  const client = await registerPublic(world)
  const { body } = await (await authorizeForProof(world, client, parameters)).redeem()
  return { world, client, accessToken: body.access_token as string }
}

async function withBearerToken() {
  const world = dpopWorld()
  const { body } = await (await authorizeForProof(world, await registerPublic(world))).redeemWithoutProof()
  return { world, accessToken: body.access_token as string }
}

describe('the errors of DPoP', () => {
  test('the token endpoint answers 400 invalid_dpop_proof without a challenge, and says what to change (D17)', async () => {
    const world = dpopWorld()
    const client = await registerConfidential(world)
    const form = { grant_type: 'client_credentials' }
    const answer = await postWithProof(world, client, form, await makeProof(world, { claims: { htm: 'GET' } }))
    expectJsonError(answer, 400, 'invalid_dpop_proof')
    expect(answer.body.error_description).toBe('htm must be POST, the method of the request')
    expect(answer.headers.get('www-authenticate')).toBeNull()
  })

  test('userinfo answers 401 with a DPoP challenge that has the error and the algorithms (D18)', async () => {
    const { world, accessToken } = await withToken()
    const answer = await userinfoAs(world, accessToken, { claims: { htm: 'PUT' } })
    expectJsonError(answer, 401, 'invalid_dpop_proof')
    expect(answer.headers.get('www-authenticate')).toMatch(
      new RegExp(`^Bearer realm="oauth", DPoP ${algs}, error="invalid_dpop_proof", error_description="htm must be GET`),
    )
  })

  test('userinfo names both schemes, the algorithms and no error when no token came (D18, D29)', async () => {
    const answer = await userinfoWith(dpopWorld(), {})
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toBe(`Bearer realm="oauth", DPoP ${algs}`)
  })

  test('userinfo puts the error into the challenge of the scheme that the request used (D29)', async () => {
    const { world } = await withToken()
    const bearer = await userinfoWith(world, { authorization: 'Bearer wrong' })
    expect(bearer.headers.get('www-authenticate')).toMatch(
      /^Bearer realm="oauth", error="invalid_token".*, DPoP algs="[^"]+"$/,
    )
    const bound = await userinfoWith(world, { authorization: 'DPoP wrong' })
    expect(bound.headers.get('www-authenticate')).toMatch(
      /^Bearer realm="oauth", DPoP algs="[^"]+", error="invalid_token"/,
    )
  })
})

describe('a bound token at userinfo', () => {
  test.each(['DPoP', 'dPoP', 'DPOP', 'dpop'])(
    'a bound token is accepted under %s with a proof (D26)',
    async (scheme) => {
      const { world, accessToken } = await withToken()
      const { status, body } = await userinfoAs(world, accessToken, {}, scheme)
      expect([status, body.sub]).toEqual([200, alice.id])
    },
  )

  test('a bound token is refused as a bearer token, with and without a proof (D26, H11)', async () => {
    const { world, accessToken } = await withToken()
    expectJsonError(await userinfoAs(world, accessToken, {}, 'Bearer'), 401, 'invalid_token')
    expectJsonError(await userinfoWith(world, { authorization: `Bearer ${accessToken}` }), 401, 'invalid_token')
  })

  test('a bound token is refused under DPoP without a proof (D26)', async () => {
    const { world, accessToken } = await withToken()
    expectJsonError(await userinfoWith(world, { authorization: `DPoP ${accessToken}` }), 401, 'invalid_token')
  })

  test('a bound token is refused in the form body, with a proof as well (D26)', async () => {
    const { world, accessToken } = await withToken()
    for (const proof of [undefined, await userinfoProof(world, accessToken, { claims: { htm: 'POST' } })]) {
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        ...(proof !== undefined && { dpop: proof }),
      }
      const body = new URLSearchParams({ access_token: accessToken })
      const request = new Request(`${world.issuer}/oauth2/userinfo`, { method: 'POST', headers, body })
      expect((await world.provider.fetch(request)).status).toBe(401)
    }
  })

  test('an unbound token is refused under DPoP, and a proof beside it under Bearer changes nothing (D27)', async () => {
    const { world, accessToken } = await withBearerToken()
    expectJsonError(await userinfoAs(world, accessToken), 401, 'invalid_token')
    expect((await userinfoAs(world, accessToken, {}, 'Bearer')).status).toBe(200)
  })

  test.each([
    ['Bearer, then DPoP', (token: string) => `Bearer ${token}, DPoP ${token}`],
    ['DPoP, then Bearer', (token: string) => `DPoP ${token}, Bearer ${token}`],
    ['DPoP twice', (token: string) => `DPoP ${token},DPoP ${token}`],
  ])('a request with both schemes is invalid_request (%s) (D28)', async (_, authorization) => {
    const { world, accessToken } = await withToken()
    const dpop = await userinfoProof(world, accessToken)
    const header = authorization(accessToken)
    expectJsonError(await userinfoWith(world, { authorization: header, dpop }), 400, 'invalid_request')
  })
})

describe('scripts of other origins', () => {
  const origin = 'https://app.example.com'
  const preflight = (world: World, path: string) =>
    world.provider.fetch(new Request(world.issuer + path, { method: 'OPTIONS', headers: { origin } }))

  test.each(['/oauth2/token', '/oauth2/userinfo'])('a script may send the header DPoP to %s (D30)', async (path) => {
    const answer = await preflight(dpopWorld(), path)
    expect(answer.headers.get('access-control-allow-headers')?.split(', ')).toContain('DPoP')
  })

  test('a script may read DPoP-Nonce and WWW-Authenticate of a success and of an error (D30)', async () => {
    const { world, accessToken } = await withToken()
    for (const headers of [
      {},
      { authorization: `DPoP ${accessToken}`, dpop: await userinfoProof(world, accessToken) },
    ]) {
      const answer = await userinfoWith(world, { origin, ...headers })
      const exposed = answer.headers.get('access-control-expose-headers')?.split(', ')
      expect(exposed).toEqual(expect.arrayContaining(['DPoP-Nonce', 'WWW-Authenticate']))
    }
  })
})

test('what is stored for a bound token is the thumbprint of the key alone (D19)', async () => {
  const { world, accessToken } = await withToken()
  const verified = await world.provider.verifyAccessToken(accessToken)
  expect(verified?.extra).toEqual({ cnf: { jkt: await thumbprintOf() } })
})
