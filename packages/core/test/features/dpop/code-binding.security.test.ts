import type { RegisteredClient } from '@oauth/core'
import type { DpopOptions } from '@oauth/core/features/dpop'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test, vi } from 'vitest'
import { createPkce, type Parameters, redirectUri, registerConfidential, registerPublic } from '../../support/client.ts'
import { clientKey, signJwt } from '../../support/client-keys.ts'
import {
  authorizeForProof,
  dpopWorld,
  makeProof,
  type ProofChanges,
  postWithProof,
  proofKey,
  thumbprintOf,
} from '../../support/dpop.ts'
import { ask, expectErrorRedirect, expectJsonError } from '../../support/expectations.ts'
import { answerTo, authorizeWith, pushPath, requestOf } from '../../support/pushed-requests.ts'
import { createQuickWorld } from '../../support/tokens.ts'
import { alice, type World } from '../../support/world.ts'

const another = async (): Promise<ProofChanges> => ({ key: await proofKey('dpop-2') })

test('a push whose proof would make it one parameter too many is refused, and not only when the user comes (P08, D32)', async () => {
  const world = dpopWorld({}, { features: [pushedAuthorizationRequests()] })
  const client = await registerPublic(world)
  const request = requestOf(client, createPkce(), { scope: 'openid' })
  const more = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, '1']))
  const push = async (parameters: number) => {
    const proof = await makeProof(world, { claims: { htu: world.issuer + pushPath } })
    const others = more(parameters - Object.keys(request).length)
    return postWithProof(world, client, { ...request, ...others }, proof, pushPath)
  }
  expectJsonError(await push(100), 400, 'invalid_request')
  const { body } = await push(99)
  expect((await answerTo(world.browser(), authorizeWith(world, client, body.request_uri))).has('code')).toBe(true)
})

describe.each([
  ['a public client', registerPublic],
  ['a confidential client', registerConfidential],
])('dpop_jkt of %s', (name, register) => {
  test(`a code of ${name} with dpop_jkt is good with that key alone, and a thief does not use it up (D31, D36)`, async () => {
    const world = dpopWorld()
    const client = await register(world)
    const parameters = { dpop_jkt: await thumbprintOf() }
    const { redeem, redeemWithoutProof } = await authorizeForProof(world, client, parameters)
    expectJsonError(await redeem(await another()), 400, 'invalid_grant')
    expectJsonError(await redeemWithoutProof(), 400, 'invalid_grant')
    const { status, body } = await redeem()
    expect([status, body.token_type]).toEqual([200, 'DPoP'])
  })
})

describe('dpop_jkt in the authorization request', () => {
  test.each(['short', 'A'.repeat(44), `${'A'.repeat(42)}=`, `${'A'.repeat(42)}+`])(
    'the value %o is invalid_request (D31)',
    async (dpop_jkt) => {
      const world = dpopWorld()
      const response = await ask(world, await registerConfidential(world), { dpop_jkt })
      expectErrorRedirect(world, response, redirectUri, 'invalid_request')
    },
  )

  test('a process without the feature does not redeem the code (D31)', async () => {
    const storage = memoryStorage()
    const world = dpopWorld({}, { storage })
    const client = await registerPublic(world)
    const { redeem } = await authorizeForProof(world, client, { dpop_jkt: await thumbprintOf() })
    const { redeemWithoutProof } = await authorizeForProof(world, client, { dpop_jkt: await thumbprintOf() })
    expect((await redeem()).status).toBe(200)
    const without = createQuickWorld({ storage })
    expect(without.provider.metadata).not.toHaveProperty('dpop_signing_alg_values_supported')
    expect((await redeemWithoutProof()).status).toBe(400)
  })

  test('dpop_jkt inside a request object counts, and outside it does not (D35)', async () => {
    const world = dpopWorld({}, { features: [jwtSecuredRequests()] })
    const { publicJwk, privateKey } = await clientKey()
    const client = await registerConfidential(world, { jwks: { keys: [{ ...publicJwk }] } })
    const pkce = createPkce()
    const inside = {
      iss: client.client_id,
      aud: world.issuer,
      exp: world.clock.now() + 60,
      ...{ client_id: client.client_id, response_type: 'code', redirect_uri: redirectUri, scope: 'openid' },
      ...{ code_challenge: pkce.challenge, code_challenge_method: 'S256', dpop_jkt: await thumbprintOf() },
    }
    const request = await signJwt(privateKey, { alg: 'ES256', kid: 'key-1' }, inside)
    const query = new URLSearchParams({
      client_id: client.client_id,
      request,
      dpop_jkt: await thumbprintOf(await proofKey('dpop-2')),
    })
    const url = `${world.issuer}/oauth2/authorize?${query}`
    const visited = await world.browser().visit(url, { user: alice, accept: true })
    const code = new URL(visited.url).searchParams.get('code') ?? ''
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: pkce.verifier }
    const redeem = async (changes?: ProofChanges) => postWithProof(world, client, form, await makeProof(world, changes))
    expectJsonError(await redeem(await another()), 400, 'invalid_grant')
    expect((await redeem()).status).toBe(200)
  })
})

describe('a pushed authorization request', () => {
  /** Pushes a request, with a proof or without. */
  async function push(world: World, client: RegisteredClient, parameters: Parameters, changes?: ProofChanges) {
    const pkce = createPkce()
    const claims = { htu: world.issuer + pushPath, ...changes?.claims }
    const proof = changes && (await makeProof(world, { ...changes, claims }))
    const answer = await postWithProof(world, client, requestOf(client, pkce, parameters), proof, pushPath)
    const redeem = async (proved?: ProofChanges) => {
      const parameters = await answerTo(world.browser(), authorizeWith(world, client, answer.body.request_uri))
      const code = parameters.get('code') ?? ''
      const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: pkce.verifier }
      return postWithProof(world, client, form, proved && (await makeProof(world, proved)))
    }
    return { answer, redeem }
  }

  const start = async (options: DpopOptions = {}) => {
    const world = dpopWorld(options, { features: [pushedAuthorizationRequests()] })
    return { world, client: await registerConfidential(world, { dpop_bound_access_tokens: true }) }
  }

  test.each(['dpop_jkt', 'a proof', 'both'])(
    'a pushed request with %s binds the code, also when the client must bind its tokens (D32, D33)',
    async (by) => {
      const { world, client } = await start()
      const parameters = by === 'a proof' ? {} : { dpop_jkt: await thumbprintOf() }
      const { answer, redeem } = await push(world, client, parameters, by === 'dpop_jkt' ? undefined : {})
      expect(answer.status).toBe(201)
      expect((await redeem({})).status).toBe(200)
    },
  )

  test.each(['dpop_jkt', 'a proof'])(
    'a code that was pushed with %s is refused with a proof of another key (D34)',
    async (by) => {
      const { world, client } = await start()
      const parameters = by === 'a proof' ? {} : { dpop_jkt: await thumbprintOf() }
      const { redeem } = await push(world, client, parameters, by === 'a proof' ? {} : undefined)
      expectJsonError(await redeem(await another()), 400, 'invalid_grant')
    },
  )

  test('a pushed request whose dpop_jkt is not the key of its proof is invalid_request (D33)', async () => {
    const { world, client } = await start()
    const { answer } = await push(world, client, { dpop_jkt: await thumbprintOf(await proofKey('dpop-2')) }, {})
    expectJsonError(answer, 400, 'invalid_request')
  })

  test('a proof for the token endpoint is refused where requests are pushed (D32)', async () => {
    const { world, client } = await start()
    const { answer } = await push(world, client, {}, { claims: { htu: `${world.issuer}/oauth2/token` } })
    expectJsonError(answer, 400, 'invalid_dpop_proof')
  })

  test('a push without the required nonce gets one and uses nothing up, and the same push with it is taken (D17, D32)', async () => {
    const { world, client } = await start({ requireNonce: true })
    const { answer } = await push(world, client, {}, {})
    expectJsonError(answer, 400, 'use_dpop_nonce')
    const nonce = answer.headers.get('dpop-nonce') ?? ''
    const repeated = await push(world, client, {}, { claims: { nonce } })
    expect(repeated.answer.status).toBe(201)
    expect(repeated.answer.headers.get('dpop-nonce')).toMatch(/./)
    const { status, body } = await repeated.redeem({ claims: { nonce } })
    expect([status, body.token_type]).toEqual([200, 'DPoP'])
  })

  test('a push whose proof was used before is refused, and stores nothing (D16, D32)', async () => {
    const { world, client } = await start()
    const claims = { jti: 'once' }
    expect((await push(world, client, {}, { claims })).answer.status).toBe(201)
    const inserted = vi.spyOn(world.storage.records, 'insert')
    expectJsonError((await push(world, client, {}, { claims })).answer, 400, 'invalid_dpop_proof')
    expect(inserted.mock.calls.map(([{ kind }]) => kind)).not.toContain('pushed_authorization_request')
  })
})
