import { encodeBase64url } from '@oauth/core/feature'
import { fixedClock } from '@oauth/core/testing'
import { decodeProtectedHeader, exportJWK } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Answer, claimsOf, registerConfidential, registerPublic } from '../../support/client.ts'
import {
  authorizeForProof,
  dpopWorld,
  makeProof,
  type ProofChanges,
  postWithProof,
  proofKey,
  thumbprintOf,
  userinfoProof,
  userinfoWith,
} from '../../support/dpop.ts'
import { emptyStorage } from '../../support/empty-storage.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { issuerPath } from '../../support/reach.ts'
import { baseUrl, issuer, type World } from '../../support/world.ts'

interface Place {
  readonly world: World
  /** Sends the header `DPoP`, whatever it says. */
  send(proof: string): Promise<Answer>
  /** Makes a proof that is good here, but for the changes. */
  make(changes?: ProofChanges): Promise<string>
  readonly refusal: number
}

async function tokenEndpoint(): Promise<Place> {
  const world = dpopWorld()
  const client = await registerConfidential(world)
  const form = { grant_type: 'client_credentials', scope: 'notes:read' }
  return {
    world,
    send: (proof) => postWithProof(world, client, form, proof),
    make: (changes) => makeProof(world, changes),
    refusal: 400,
  }
}

async function userinfo(): Promise<Place> {
  const world = dpopWorld()
  const { redeem } = await authorizeForProof(world, await registerPublic(world))
  const { access_token } = (await redeem()).body
  return {
    world,
    send: (dpop) => userinfoWith(world, { authorization: `DPoP ${access_token}`, dpop }),
    make: (changes) => userinfoProof(world, access_token, changes),
    refusal: 401,
  }
}

/** Replaces parts of a compact JWT, without a new signature. */
function withParts(jwt: string, header: object | undefined, signature?: string): string {
  const [first, second, third] = jwt.split('.')
  const encoded = header && encodeBase64url(new TextEncoder().encode(JSON.stringify(header)))
  return [encoded ?? first, second, signature ?? third].join('.')
}

describe.each([
  ['the token endpoint', tokenEndpoint],
  ['userinfo', userinfo],
])('%s and DPoP proofs', (name, start) => {
  let place: Place
  beforeAll(async () => {
    place = await start()
  })

  const expectRefused = async (proof: string): Promise<void> => {
    const answer = await place.send(proof)
    expectJsonError(answer, place.refusal, 'invalid_dpop_proof')
    // A text, of the characters that RFC 6749 section 5.2 allows.
    expect(answer.body.error_description).toMatch(/^[ !#-[\]-~]+$/)
  }
  const expectAccepted = async (changes: ProofChanges): Promise<void> => {
    expect((await place.send(await place.make(changes))).status).toBe(200)
  }

  test(`${name} accepts a good proof`, () => expectAccepted({}))

  test(`${name} refuses two DPoP headers, which arrive joined by a comma (D03)`, async () => {
    await expectRefused(`${await place.make()}, ${await place.make()}`)
    await expectRefused(`${await place.make()},`)
  })

  test.each([
    ['an empty header', () => ''],
    ['a text that is no JWT', () => 'proof'],
    ['a JWT without a signature part', (jwt: string) => jwt.split('.').slice(0, 2).join('.')],
    ['an empty signature', (jwt: string) => withParts(jwt, undefined, '')],
    ['five parts', (jwt: string) => `${jwt}.a.b`],
    ['a blank', (jwt: string) => jwt.replace('.', '. ')],
    ['a header that is no JSON', (jwt: string) => `e30x${jwt}`],
    ['a payload that is a list', (jwt: string) => [jwt.split('.')[0], 'W10', jwt.split('.')[2]].join('.')],
    ['ten thousand characters', (jwt: string) => `${jwt}${'A'.repeat(10_000)}`],
  ])(`${name} refuses a proof with %s (D04)`, async (_, change) => {
    await expectRefused(change(await place.make()))
  })

  test.each([undefined, 'JWT', 'at+jwt', 'dpop', 'application/jwt', 7])(
    `${name} refuses the typ %o (D05)`,
    async (typ) => expectRefused(await place.make({ header: { typ } })),
  )
  test.each(['dpop+jwt', 'DPoP+JWT', 'application/dpop+jwt'])(`${name} accepts the typ %s (D05)`, (typ) =>
    expectAccepted({ header: { typ } }),
  )

  test.each([undefined, 'none', 'HS256', 'RS256', 'ES384', 7])(`${name} refuses the alg %o (D06)`, async (alg) => {
    const proof = await place.make()
    await expectRefused(withParts(proof, { ...decodeProtectedHeader(proof), alg }))
  })
  test(`${name} refuses alg none with an empty signature (D06)`, async () => {
    const proof = await place.make()
    await expectRefused(withParts(proof, { ...decodeProtectedHeader(proof), alg: 'none' }, ''))
  })
  test.each(['ES256', 'EdDSA', 'Ed25519', 'PS256'])(
    `${name} accepts a proof signed with %s (D06)`,
    async (algorithm) => {
      if (name === 'userinfo') place = await userinfoFor(algorithm)
      await expectAccepted({ key: await proofKey('other', algorithm) })
      if (name === 'userinfo') place = await userinfo()
    },
  )

  test(`${name} refuses a proof without jwk, and a jwk that is no object (D07)`, async () => {
    for (const jwk of [undefined, 'key', [], {}, { kty: 'EC' }]) {
      await expectRefused(await place.make({ header: { jwk } }))
    }
  })
  test.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'])(
    `${name} refuses a jwk with the private member %s (D07)`,
    async (member) => {
      const { publicJwk } = await proofKey()
      await expectRefused(await place.make({ header: { jwk: { ...publicJwk, [member]: 'AQAB' } } }))
    },
  )
  test(`${name} refuses a symmetric jwk, one of another kind than alg, and a curve that is not supported (D07)`, async () => {
    const { publicJwk } = await proofKey()
    const edwards = (await proofKey('other', 'EdDSA')).publicJwk
    const rsa = (await proofKey('other', 'PS256')).publicJwk
    for (const jwk of [
      { kty: 'oct' },
      edwards,
      rsa,
      { ...publicJwk, crv: 'P-384' },
      { ...publicJwk, x: 'AA' },
      { ...publicJwk, use: 'enc', x: 'AA' },
    ]) {
      await expectRefused(await place.make({ header: { jwk } }))
    }
  })
  test(`${name} refuses an RSA key of 1024 bits (D07)`, async () => {
    const short = { name: 'RSA-PSS', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }
    const { publicKey } = await crypto.subtle.generateKey(short, true, ['sign', 'verify'])
    const proof = await place.make({
      key: await proofKey('other', 'PS256'),
      header: { jwk: await exportJWK(publicKey) },
    })
    await expectRefused(proof)
  })
  test(`${name} does not look at kid, jku, x5u and x5c, in the header or in jwk (D07)`, async () => {
    const { kid: _, ...publicJwk } = (await proofKey()).publicJwk
    const others = { kid: 'x', jku: 'https://evil.example/jwks', x5u: 'https://evil.example/x5u', x5c: ['AA'] }
    const named = { ...publicJwk, kid: 'k'.repeat(300), use: 'sig', alg: 'RS256', key_ops: ['sign'], ext: false }
    await expectAccepted({ header: { ...others, jwk: named } })
  })
  test(`${name} refuses header parameters that are critical or change the encoding (D04)`, async () => {
    const proof = await place.make()
    for (const more of [{ crit: ['b64'], b64: false }, { crit: ['x'], x: 1 }, { b64: false }]) {
      await expectRefused(withParts(proof, { ...decodeProtectedHeader(proof), ...more }))
    }
  })

  test(`${name} refuses a proof that another key has signed (D08)`, async () => {
    await expectRefused(await place.make({ signWith: await proofKey('dpop-2') }))
    const proof = await place.make()
    await expectRefused(withParts(proof, undefined, proof.split('.')[2]?.split('').reverse().join('')))
  })

  test.each([undefined, '', 7, null, ['x']])(`${name} refuses the jti %o (D09)`, async (jti) =>
    expectRefused(await place.make({ claims: { jti } })),
  )
  test(`${name} accepts a jti of a thousand characters, of which it stores a hash (D09)`, async () => {
    const jti = 'j'.repeat(1000)
    await expectAccepted({ claims: { jti } })
    await expectRefused(await place.make({ claims: { jti } }))
  })

  test.each([undefined, 'post', 'get', 'PUT', 'POST ', 7])(`${name} refuses the htm %o (D10)`, async (htm) =>
    expectRefused(await place.make({ claims: { htm } })),
  )

  const path = name === 'userinfo' ? '/oauth2/userinfo' : '/oauth2/token'
  test.each([
    ['upper-case scheme and host', `${issuer.replace(baseUrl, 'HTTPS://ID.EXAMPLE.COM')}${path}`],
    ['the default port', `${baseUrl}:443${issuerPath}${path}`],
    ['a query and a fragment', `${issuer}${path}?a=b#c`],
    ['percent-encoded unreserved characters', `${issuer}${path.replace('oauth2', '%6f%61uth2')}`],
    ['dot segments', `${baseUrl}/x/..${issuerPath}/.${path}`],
    ['an at sign in the query', `${issuer}${path}?user=a@b.example`],
  ])(`${name} accepts an htu with %s (D11)`, (_, htu) => expectAccepted({ claims: { htu } }))
  test.each([
    ['no value', undefined],
    ['another path', `${issuer}/oauth2/revoke`],
    ['a trailing slash', `${issuer}${path}/`],
    ['another case in the path', `${issuer}${path.toUpperCase()}`],
    ['another host', `https://evil.example${issuerPath}${path}`],
    ['another port', `${baseUrl}:8443${issuerPath}${path}`],
    ['http', `http://id.example.com${issuerPath}${path}`],
    ['a user', `https://user@id.example.com${issuerPath}${path}`],
    ['an empty user', `https://@id.example.com${issuerPath}${path}`],
    ['three slashes', `https:///id.example.com${issuerPath}${path}`],
    ['an encoded slash', `${issuer}/oauth2%2F${path.slice(8)}`],
    ['backslashes', `https:\\\\id.example.com${issuerPath}${path}`],
    ['blanks', ` ${issuer}${path}`],
    ['a path alone', `${issuerPath}${path}`],
    ['a number', 7],
  ])(`${name} refuses an htu with %s (D11)`, async (_, htu) => expectRefused(await place.make({ claims: { htu } })))

  test.each([undefined, '1', null])(`${name} refuses the iat %o (D12)`, async (iat) =>
    expectRefused(await place.make({ claims: { iat } })),
  )
  test.each([-3600, -61, 11, 3600])(`${name} refuses an iat %i seconds from now (D12)`, async (distance) =>
    expectRefused(await place.make({ claims: { iat: place.world.clock.now() + distance } })),
  )
  test.each([-60, -10, -0.5, 10])(`${name} accepts an iat %i seconds from now (D12)`, (distance) =>
    expectAccepted({ claims: { iat: place.world.clock.now() + distance } }),
  )

  test(`${name} refuses a proof whose exp is past or whose nbf is far ahead (D13)`, async () => {
    const now = place.world.clock.now()
    for (const times of [{ exp: now - 60 }, { nbf: now + 60 }, { exp: 'x' }]) {
      await expectRefused(await place.make({ claims: times }))
    }
  })
  test(`${name} accepts a proof with sane exp and nbf and with unknown claims (D13)`, () => {
    const now = place.world.clock.now()
    return expectAccepted({ claims: { exp: now + 60, nbf: now - 5, more: { claims: true } } })
  })

  test(`${name} accepts one of fifty uses of a proof at the same time, and none later (D16)`, async () => {
    const proof = await place.make()
    const answers = await Promise.all(Array.from({ length: 50 }, () => place.send(proof)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const refused = answers.filter(({ status }) => status !== 200)
    for (const answer of refused) expectJsonError(answer, place.refusal, 'invalid_dpop_proof')
    place.world.clock.advance(59)
    await expectRefused(proof)
    await place.world.provider.purgeExpired()
    await expectRefused(proof)
  })
  test(`${name} does not use up the jti of a proof that it refuses (D16)`, async () => {
    const jti = `once-${name}`
    await expectRefused(await place.make({ claims: { jti, htm: 'PUT' } }))
    await expectRefused(await place.make({ claims: { jti }, signWith: await proofKey('dpop-2') }))
    await expectAccepted({ claims: { jti } })
  })
})

async function userinfoFor(algorithm: string): Promise<Place> {
  const world = dpopWorld()
  const key = await proofKey('other', algorithm)
  const { redeem } = await authorizeForProof(world, await registerPublic(world))
  const { access_token } = (await redeem({ key })).body
  return {
    world,
    send: (dpop) => userinfoWith(world, { authorization: `DPoP ${access_token}`, dpop }),
    make: (changes) => userinfoProof(world, access_token, changes),
    refusal: 401,
  }
}

test('two clients with two keys may use the same jti (D16)', async () => {
  const { make, send } = await tokenEndpoint()
  expect((await send(await make({ claims: { jti: 'same' } }))).status).toBe(200)
  expect((await send(await make({ key: await proofKey('dpop-2'), claims: { jti: 'same' } }))).status).toBe(200)
})

test('the htu is compared with the configured issuer, whatever Host and X-Forwarded headers say (D11)', async () => {
  const world = dpopWorld()
  const client = await registerConfidential(world)
  const forged = { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' }
  for (const [htu, status] of [
    [`https://evil.example${issuerPath}/oauth2/token`, 400],
    [`${world.issuer}/oauth2/token`, 200],
  ] as const) {
    const body = new URLSearchParams({ grant_type: 'client_credentials' })
    const authorization = `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}`
    const headers = { ...forged, authorization, dpop: await makeProof(world, { claims: { htu } }) }
    const request = new Request(`${world.issuer}/oauth2/token`, { method: 'POST', headers, body })
    expect((await world.provider.fetch(request)).status).toBe(status)
  }
})

test('userinfo refuses a proof without the hash of the access token, or with that of another (D14)', async () => {
  const { make, send } = await userinfo()
  const bad = [undefined, '', `${claimsOf(await make()).ath}=`, await thumbprintOf(), 7]
  for (const ath of bad) expectJsonError(await send(await make({ claims: { ath } })), 401, 'invalid_dpop_proof')
})

test('the token endpoint ignores the hash of an access token (D14)', async () => {
  const { make, send } = await tokenEndpoint()
  expect((await send(await make({ claims: { ath: 'x' } }))).status).toBe(200)
})

test('userinfo refuses a proof of another key than that of the token as invalid_token (D15)', async () => {
  const { make, send } = await userinfo()
  expectJsonError(await send(await make({ key: await proofKey('dpop-2') })), 401, 'invalid_token')
})

test('a server whose issuer has an at sign in its path compares htu like any other (D11)', async () => {
  const world = dpopWorld({}, { baseUrl: `${baseUrl}/@tenant` })
  const client = await registerConfidential(world)
  const form = { grant_type: 'client_credentials' }
  for (const htu of ['no URL', '', `${baseUrl}/@other${issuerPath}/oauth2/token`, 'https://evil.example/a@b']) {
    const answer = await postWithProof(world, client, form, await makeProof(world, { claims: { htu } }))
    expectJsonError(answer, 400, 'invalid_dpop_proof')
  }
  expect((await postWithProof(world, client, form, await makeProof(world))).status).toBe(200)
})

test('a proof stays used when a process whose clock is ten seconds ahead purges the storage (D16)', async () => {
  const storage = emptyStorage()
  const world = dpopWorld({}, { storage })
  const client = await registerConfidential(world)
  const proof = await makeProof(world)
  const send = () => postWithProof(world, client, { grant_type: 'client_credentials' }, proof)
  expect((await send()).status).toBe(200)
  world.clock.advance(60)
  await dpopWorld({}, { storage, clock: fixedClock(world.clock.now() + 10) }).provider.purgeExpired()
  expectJsonError(await send(), 400, 'invalid_dpop_proof')
})
