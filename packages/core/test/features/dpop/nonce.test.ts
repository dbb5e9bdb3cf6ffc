import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { describe, expect, test } from 'vitest'
import { type Answer, registerConfidential, registerPublic } from '../../support/client.ts'
import { authorizeForProof, dpopWorld, makeProof, postWithProof, proofKey, userinfoAs } from '../../support/dpop.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { pushPath } from '../../support/pushed-requests.ts'
import type { World } from '../../support/world.ts'

const form = { grant_type: 'client_credentials', scope: 'notes:read' }
const nonceOf = ({ headers }: Answer): string => headers.get('dpop-nonce') ?? ''

async function start(world = dpopWorld({ requireNonce: true })) {
  const client = await registerConfidential(world)
  const ask = async (claims: object = {}, at = world) =>
    postWithProof(at, client, form, await makeProof(world, { claims: { ...claims } }))
  return { world, client, ask }
}

describe('a server that requires nonces', () => {
  test('a proof without a nonce is refused with use_dpop_nonce and a nonce, with which the next proof succeeds (D17, D30)', async () => {
    const { ask } = await start()
    const refused = await ask()
    expectJsonError(refused, 400, 'use_dpop_nonce')
    // NQCHAR of RFC 9449 section 8.1.
    expect(nonceOf(refused)).toMatch(/^[\x21\x23-\x5b\x5d-\x7e]+$/)
    const accepted = await ask({ nonce: nonceOf(refused) })
    expect(accepted.status).toBe(200)
    expect(nonceOf(accepted)).toBe(nonceOf(refused))
    expect(accepted.headers.get('cache-control')).toBe('no-store')
  })

  test('userinfo answers 401 use_dpop_nonce in its DPoP challenge, and 200 with a nonce (D18, D30)', async () => {
    const world = dpopWorld({ requireNonce: true })
    const { redeem } = await authorizeForProof(world, await registerPublic(world))
    const nonce = nonceOf(await redeem())
    const { access_token } = (await redeem({ claims: { nonce } })).body
    const refused = await userinfoAs(world, access_token)
    expectJsonError(refused, 401, 'use_dpop_nonce')
    expect(refused.headers.get('www-authenticate')).toMatch(/DPoP algs="[^"]+", error="use_dpop_nonce"/)
    const accepted = await userinfoAs(world, access_token, { claims: { nonce: nonceOf(refused) } })
    expect([accepted.status, nonceOf(accepted)]).toEqual([200, expect.stringMatching(/./)])
  })

  test('a refused nonce uses nothing up: the code is good with the next proof (D30)', async () => {
    const world = dpopWorld({ requireNonce: true })
    const { redeem } = await authorizeForProof(world, await registerPublic(world))
    const refused = await redeem()
    expectJsonError(refused, 400, 'use_dpop_nonce')
    expect((await redeem({ claims: { nonce: nonceOf(refused) } })).status).toBe(200)
  })

  test('every error after a proof with a nonce has the newest nonce, so that a client never falls behind (D30)', async () => {
    const world = dpopWorld({ requireNonce: true }, { features: [pushedAuthorizationRequests()] })
    const { client, ask } = await start(world)
    const { redeem } = await authorizeForProof(world, await registerPublic(world), { scope: 'notes:read' })
    const nonce = nonceOf(await ask())
    const { access_token } = (await redeem({ claims: { nonce } })).body
    world.clock.advance(61)
    const newest = nonceOf(await ask())
    expect(newest).not.toBe(nonce)
    const used = await makeProof(world, { claims: { nonce } })
    const other = await proofKey('dpop-2')
    const push = await makeProof(world, { claims: { nonce, htu: world.issuer + pushPath } })
    const errors: [() => Promise<Answer>, string][] = [
      [() => postWithProof(world, client, { ...form, scope: 'unknown' }, used), 'invalid_scope'],
      [() => postWithProof(world, client, form, used), 'invalid_dpop_proof'],
      [() => ask({ nonce, iat: 1 }), 'invalid_dpop_proof'],
      [() => postWithProof(world, client, { client_id: client.client_id }, push, pushPath), 'invalid_request'],
      [() => userinfoAs(world, access_token, { claims: { nonce } }), 'insufficient_scope'],
      [() => userinfoAs(world, access_token, { claims: { nonce }, key: other }), 'invalid_token'],
      [() => userinfoAs(world, access_token, { claims: { nonce } }, 'Bearer'), 'invalid_token'],
    ]
    for (const [request, error] of errors) {
      const answer = await request()
      expect([answer.body.error, nonceOf(answer)]).toEqual([error, newest])
    }
  })

  test.each(['', 'x', 'gu5p1c.AAAA', `0.${'A'.repeat(43)}`, 7, null])(
    'the nonce %o is refused (D30)',
    async (nonce) => {
      expectJsonError(await (await start()).ask({ nonce }), 400, 'use_dpop_nonce')
    },
  )

  test('a nonce with another time in it, or with another MAC, is refused (D30)', async () => {
    const { ask } = await start()
    const [step = '', mac = ''] = nonceOf(await ask()).split('.')
    const next = (Number.parseInt(step, 36) - 1).toString(36)
    for (const nonce of [`${next}.${mac}`, `${step}.${mac.slice(1)}`, `${step}.${[...mac].reverse().join('')}`]) {
      expectJsonError(await ask({ nonce }), 400, 'use_dpop_nonce')
    }
  })

  test('a nonce is accepted for two minutes, and refused after three (D30)', async () => {
    const { world, ask } = await start()
    const nonce = nonceOf(await ask())
    world.clock.advance(120)
    const late = await ask({ nonce })
    expect(late.status).toBe(200)
    expect(nonceOf(late)).not.toBe(nonce)
    world.clock.advance(60)
    expectJsonError(await ask({ nonce }), 400, 'use_dpop_nonce')
  })

  test('all processes accept a nonce of each of them, also under the older of two secrets, and no other server does (D30)', async () => {
    const { world, ask } = await start()
    const nonce = nonceOf(await ask())
    const again = { storage: world.storage, beside: world }
    const process = dpopWorld({ requireNonce: true }, again)
    expect((await ask({ nonce }, process)).status).toBe(200)
    const rotated = dpopWorld(
      { requireNonce: true },
      {
        ...again,
        secret: ['another-secret-of-the-tests-with-characters', 'a-secret-for-tests-with-enough-characters'],
      },
    )
    expect((await ask({ nonce }, rotated)).status).toBe(200)
    const stranger = dpopWorld(
      { requireNonce: true },
      { ...again, secret: 'a-foreign-secret-for-tests-with-characters' },
    )
    expectJsonError(await ask({ nonce }, stranger), 400, 'use_dpop_nonce')
  })

  test('a proof with a nonce may have the iat of a client whose clock is an hour off, and works once (D12, D16)', async () => {
    const { world, client, ask } = await start()
    const nonce = nonceOf(await ask())
    for (const distance of [-3600, 3600]) {
      const claims = { nonce, iat: world.clock.now() + distance }
      const proof = await makeProof(world, { claims })
      expect((await postWithProof(world, client, form, proof)).status).toBe(200)
      expectJsonError(await postWithProof(world, client, form, proof), 400, 'invalid_dpop_proof')
      await world.provider.purgeExpired()
      world.clock.advance(59)
      expectJsonError(await postWithProof(world, client, form, proof), 400, 'invalid_dpop_proof')
      world.clock.advance(-59)
    }
  })

  test('an iat of another week is refused, with a nonce as well (D12)', async () => {
    const { world, ask } = await start()
    const nonce = nonceOf(await ask())
    for (const iat of [world.clock.now() - 7 * 86_400, world.clock.now() + 7 * 86_400]) {
      expectJsonError(await ask({ nonce, iat }), 400, 'invalid_dpop_proof')
    }
  })
})

describe('a server that does not require nonces', () => {
  test('it sends no nonce, and a nonce in a proof means nothing (D30)', async () => {
    const { world, ask } = await start(dpopWorld())
    const answer = await ask({ nonce: 'anything' })
    expect([answer.status, answer.headers.get('dpop-nonce')]).toEqual([200, null])
    const old = await ask({ nonce: 'anything', iat: world.clock.now() - 3600 })
    expectJsonError(old, 400, 'invalid_dpop_proof')
  })
})

describe('nonces for some clients', () => {
  const world = (answer: unknown): World =>
    dpopWorld({ requireNonce: ({ metadata }) => (metadata.client_name === 'Bank' ? answer : false) as boolean })

  test('a function decides for each client, at the token endpoint and for its tokens at userinfo (D30)', async () => {
    const asked = world(true)
    const plain = await authorizeForProof(asked, await registerPublic(asked))
    const { access_token } = (await plain.redeem()).body
    expect((await userinfoAs(asked, access_token)).status).toBe(200)
    const bank = await authorizeForProof(asked, await registerPublic(asked, { client_name: 'Bank' }))
    const nonce = nonceOf(await bank.redeem())
    const bound = (await bank.redeem({ claims: { nonce } })).body.access_token
    expectJsonError(await userinfoAs(asked, bound), 401, 'use_dpop_nonce')
  })

  test('an answer that is neither true nor false fails the request, and does not count as false (D30)', async () => {
    const asked = world(undefined)
    const client = await registerConfidential(asked, { client_name: 'Bank' })
    const answer = await postWithProof(asked, client, form, await makeProof(asked, { key: await proofKey() }))
    expectJsonError(answer, 500, 'server_error')
  })
})
