import { jwtBearer } from '@oauth/core/features/jwt-bearer'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { memoryStorage } from '@oauth/core/memory'
import { exportSPKI, importJWK } from 'jose'
import { describe, expect, test } from 'vitest'
import {
  askWith,
  assertionWorld,
  idJagTyp,
  idp,
  jwtBearerName,
  lastCause,
  makeAssertion,
  trustedIdp,
} from '../../support/assertions.ts'
import { isActive, registerConfidential } from '../../support/client.ts'
import {
  assertion as clientAssertion,
  clientKey,
  lastReason,
  postWith,
  registerWithKey,
  signJwt,
} from '../../support/client-keys.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { encodeJson } from '../../support/keys.ts'
import { startRemote } from '../../support/remote.ts'
import { recordingStorage, yieldingStorage } from '../../support/storage.ts'
import { createQuickWorld } from '../../support/tokens.ts'
import { alice } from '../../support/world.ts'

const unverifiable = 'the assertion is not valid: its issuer or its signature is not accepted'

describe.each(['jwt', 'id-jag'])('the signature of an assertion (profile %s)', (profile) => {
  const typ = profile === 'id-jag' ? idJagTyp : undefined
  const start = () => assertionWorld({ entry: { profile } })

  test('an assertion with alg none, or HS256 under the public key, is refused (B03, I06)', async () => {
    const { world, make, ask } = await start()
    const [, payload] = (await make()).split('.')
    for (const alg of ['none', 'None', '']) {
      for (const signature of ['', 'AAAA']) {
        const answer = await ask(`${encodeJson({ alg, typ })}.${payload}.${signature}`)
        expectJsonError(answer, 400, 'invalid_grant')
        expect(answer.body.error_description).toBe(unverifiable)
      }
    }
    const { publicJwk } = await clientKey('ES256', 'idp-1')
    const pem = await exportSPKI((await importJWK(publicJwk, 'ES256')) as never)
    for (const secret of [pem, pem.trim(), JSON.stringify(publicJwk)]) {
      const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString())
      const forged = await signJwt(new TextEncoder().encode(secret), { alg: 'HS256', kid: 'idp-1', typ }, claims)
      expectJsonError(await ask(forged), 400, 'invalid_grant')
    }
    expect(lastCause(world)).toMatch('algorithm that is not allowed')
  })

  test('keys in the header of an assertion (jwk, jku, x5u, x5c) and tricks with kid are ignored (B03, I06)', async () => {
    const { world, make, ask } = await start()
    const attacker = await clientKey('ES256', 'attacker')
    const [, payload] = (await make()).split('.')
    const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString())
    for (const header of [
      { jwk: attacker.publicJwk },
      { jku: 'https://evil.example/jwks', kid: 'attacker' },
      { x5u: 'https://evil.example/cert' },
      { x5c: ['AAAA'] },
      { kid: '../../etc/passwd' },
      { kid: "' OR 1=1 --" },
      { kid: '__proto__' },
      { kid: 7 },
    ]) {
      const forged = await signJwt(attacker.privateKey, { alg: 'ES256', kid: 'idp-1', typ, ...header }, claims)
      const answer = await ask(forged)
      expectJsonError(answer, 400, 'invalid_grant')
      expect(answer.body.error_description).toBe(unverifiable)
    }
    expect(lastCause(world)).toMatch('no key of the issuer has signed it')
    // The header of a good signature may have them: they are not looked at.
    expect((await ask(await make({}, { jku: 'https://evil.example/jwks' }))).status).toBe(200)
  })

  test('the algorithms of assertions are pinned by issuer (B03, I06)', async () => {
    const { make, ask } = await assertionWorld({ entry: { profile, algorithms: ['RS256'] } })
    expectJsonError(await ask(await make()), 400, 'invalid_grant')
  })

  test('an unknown issuer of an assertion is told apart from a wrong signature by nobody outside, and fetches nothing (B03, I01, I06)', async () => {
    const fetched: string[] = []
    const outboundFetch = (request: Request): Promise<Response> => {
      fetched.push(request.url)
      return Promise.resolve(new Response('{}'))
    }
    const { world, make, ask } = await assertionWorld({
      entry: { profile },
      world: { outboundFetch: outboundFetch as never },
    })
    for (const iss of [
      'https://evil.example',
      `${idp}/`,
      idp.toUpperCase(),
      [idp],
      undefined,
      '__proto__',
      { iss: idp },
    ]) {
      const answer = await ask(await make({ iss }))
      expectJsonError(answer, 400, 'invalid_grant')
      expect(answer.body.error_description).toBe(unverifiable)
    }
    expect(fetched).toEqual([])
    expect(lastCause(world)).toMatch('no entry of issuers')
  })

  test('an assertion with a changed payload, a cut signature or crit is refused, and so is a JWE (B03)', async () => {
    const { make, ask } = await start()
    const [header, payload, signature = ''] = (await make()).split('.')
    const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString())
    for (const forged of [
      `${header}.${encodeJson({ ...claims, sub: 'U-bob' })}.${signature}`,
      `${header}.${payload}.${signature.slice(0, -4)}`,
      `${header}.${payload}`,
      `${header}.${payload}.${signature}.AAAA.AAAA`,
      'x',
      await make({}, { crit: ['urn:example:extension'], 'urn:example:extension': 1 }),
    ]) {
      expectJsonError(await ask(forged), 400, 'invalid_grant')
    }
  })

  test.each<[string, object]>([
    ['another server as aud', { aud: 'https://other.example' }],
    ['no aud', { aud: undefined }],
    ['an empty list as aud', { aud: [] }],
    ['two servers as aud', { aud: ['https://id.example.com/auth', 'https://other.example'] }],
    ['this server twice', { aud: ['https://id.example.com/auth', 'https://id.example.com/auth'] }],
    ['a nested list as aud', { aud: [['https://id.example.com/auth']] }],
    ['the token endpoint as aud', { aud: 'https://id.example.com/auth/oauth2/token' }],
    ['no sub', { sub: undefined }],
    ['an empty sub', { sub: '' }],
    ['a sub that is an object', { sub: { $ne: '' } }],
    ['no exp', { exp: undefined }],
    ['an exp that is a text', { exp: '99999999999' }],
    ['an exp that is too large for a number', { exp: 1e308 }],
    ['no jti', { jti: undefined }],
    ['an empty jti', { jti: '' }],
    ['an actor', { act: { sub: 'agent' } }],
    ['authorization_details', { authorization_details: [] }],
    ['a key that nobody proves', { cnf: { jkt: 'x' } }],
    ['an empty cnf', { cnf: {} }],
    ['a cnf that is a text', { cnf: 'x' }],
  ])('an assertion with %s is invalid_grant (B04, B05, B06, I03, I04, I11, I14)', async (_, changes) => {
    const { make, ask } = await start()
    expectJsonError(await ask(await make({ ...changes })), 400, 'invalid_grant')
  })

  test('an assertion with the issuer of this server as a list of one is accepted (I04)', async () => {
    const { world, make, ask } = await start()
    expect((await ask(await make({ aud: [world.issuer] }))).status).toBe(200)
  })

  test.each<[string, number, (now: number) => object]>([
    ['ten seconds late', 200, (now) => ({ iat: now - 300, exp: now - 9 })],
    ['eleven seconds late', 400, (now) => ({ iat: now - 300, exp: now - 10 })],
    ['ten seconds early', 200, (now) => ({ iat: now + 10, nbf: now + 10 })],
    ['eleven seconds early', 400, (now) => ({ iat: now + 11 })],
    ['nbf eleven seconds ahead', 400, (now) => ({ nbf: now + 11 })],
    ['exp beyond the longest lifetime', 400, (now) => ({ exp: now + 311 })],
    ['made long ago and nearly over', 400, (now) => ({ iat: now - 3600, exp: now + 60 })],
    ['iat that is no number', 400, () => ({ iat: 'now' })],
  ])('clocks of assertions: %s is answered with %i (B05, I07)', async (_, status, changes) => {
    const { world, make, ask } = await start()
    expect((await ask(await make({ ...changes(world.clock.now()) }))).status).toBe(status)
  })
})

describe('the kind of an assertion', () => {
  test('other JWTs of a trusted issuer are no assertions: access tokens, logout tokens, an ID-JAG where only JWTs are trusted (I02)', async () => {
    const { make, ask } = await assertionWorld()
    for (const typ of ['at+jwt', 'logout+jwt', 'oauth-authz-req+jwt', 'secevent+jwt', idJagTyp, 7]) {
      expectJsonError(await ask(await make({}, { typ })), 400, 'invalid_grant')
    }
    for (const typ of ['JWT', 'jwt', 'application/jwt']) expect((await ask(await make({}, { typ }))).status).toBe(200)
  })

  test('an issuer of ID-JAGs is not believed in plain JWTs, for instance its ID tokens (I02)', async () => {
    const { world, client, make, ask } = await assertionWorld({ entry: { profile: 'id-jag' } })
    for (const typ of [
      undefined,
      'JWT',
      'at+jwt',
      'application/oauth-id-jag+jwt',
      'OAUTH-ID-JAG+JWT',
      `${idJagTyp} `,
    ]) {
      const assertion = await makeAssertion(world, client, { client_id: client.client_id }, { typ })
      expectJsonError(await ask(assertion), 400, 'invalid_grant')
    }
    expect((await ask(await make())).status).toBe(200)
  })
})

describe('replays', () => {
  test('an assertion that fifty requests bring at once gives one token (B05)', async () => {
    const { make, ask, world } = await assertionWorld({ world: { storage: yieldingStorage(memoryStorage()) } })
    const assertion = await make()
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(assertion)))
    const tokens = answers.filter(({ status }) => status === 200)
    expect(tokens).toHaveLength(1)
    expect(answers.every(({ status, body }) => status === 200 || body.error === 'invalid_grant')).toBe(true)
    expect(await world.provider.listGrants(alice.id)).toHaveLength(1)
  })

  test('an assertion that was used is used for every client and every process (B05)', async () => {
    const { world, make, ask } = await assertionWorld()
    const another = await registerConfidential(world, { grant_types: [jwtBearerName], redirect_uris: [] })
    const assertion = await make()
    expect((await ask(assertion)).status).toBe(200)
    expectJsonError(await askWith(world, another, assertion), 400, 'invalid_grant')
    const process = createQuickWorld({
      storage: world.storage,
      features: [jwtBearer({ issuers: [await trustedIdp()] })],
      clock: world.clock,
    })
    expectJsonError(await askWith(process, another, assertion), 400, 'invalid_grant')
  })

  test('a request that is refused uses up no assertion (B05, B06)', async () => {
    const { make, ask } = await assertionWorld()
    const assertion = await make()
    expectJsonError(await ask(assertion, { scope: 'unknown' }), 400, 'invalid_scope')
    expectJsonError(await ask(assertion, { scope: 'a"b' }), 400, 'invalid_scope')
    expectJsonError(await ask(assertion, { resource: 'https://elsewhere.example' }), 400, 'invalid_target')
    expect((await ask(assertion)).status).toBe(200)
  })

  test('two issuers may use the same jti (B05)', async () => {
    const issuers = [await trustedIdp(), await trustedIdp({ issuer: 'https://second.idp.example' })]
    const world = createQuickWorld({ features: [jwtBearer({ issuers })] })
    const client = await registerConfidential(world, { grant_types: [jwtBearerName], redirect_uris: [] })
    for (const iss of [idp, 'https://second.idp.example']) {
      const assertion = await makeAssertion(world, client, { iss, jti: 'same' })
      expect((await askWith(world, client, assertion)).status).toBe(200)
    }
  })
})

describe('withdrawal', () => {
  test('an assertion that was made before the user withdrew the grants gives no new ones; a later one does (B10)', async () => {
    for (const profile of ['jwt', 'id-jag']) {
      const { world, make, ask } = await assertionWorld({ entry: { profile, singleUse: false } })
      const assertion = await make()
      const { body } = await ask(assertion)
      world.clock.advance(20)
      await world.provider.revokeUserGrants(alice.id)
      expect(await isActive(world, body.access_token)).toBe(false)
      const refused = await ask(assertion)
      expectJsonError(refused, 400, 'invalid_grant')
      expect(refused.body.error_description).toMatch('withdrawn')
      expect(await world.provider.listGrants(alice.id)).toEqual([])
      // Beyond the tolerance for the clock of the issuer.
      world.clock.advance(11)
      expect((await ask(await make())).status).toBe(200)
    }
  })
})

describe('what the host answers', () => {
  test.each<[string, unknown]>([
    ['a text', 'user-alice'],
    ['true', true],
    ['a list', ['user-alice']],
    ['no userId', {}],
    ['a number as userId', { userId: 7 }],
    ['an empty userId', { userId: '' }],
    ['a promise as userId', { userId: Promise.resolve('user-alice') }],
    ['scope as a text', { userId: 'user-alice', scope: 'notes:read' }],
    ['scopes in one entry', { userId: 'user-alice', scope: ['notes:read notes:write'] }],
    ['a misspelt bound', { userId: 'user-alice', scopes: ['notes:read'] }],
    ['an unknown resource', { userId: 'user-alice', resources: ['https://elsewhere.example'] }],
    ['a number as referenceId', { userId: 'user-alice', referenceId: 7 }],
  ])('mapClaims that answers with %s is a fault of the server, which uses up nothing (B07, G36)', async (_, wrong) => {
    let answer = wrong
    const { world, make, ask } = await assertionWorld({ entry: { mapClaims: () => answer } })
    const assertion = await make()
    expectJsonError(await ask(assertion), 500, 'server_error')
    const failed = world.events.findLast(({ type }) => type === 'request.failed')
    expect(failed?.type === 'request.failed' && (failed.cause as Error).message).toMatch(/^jwtBearer: mapClaims /)
    answer = { userId: alice.id }
    expect((await ask(assertion)).status).toBe(200)
  })

  test.each([undefined, null, Promise.resolve(undefined)])(
    'mapClaims that answers with %j refuses (B07)',
    async (answer) => {
      const { make, ask } = await assertionWorld({ entry: { mapClaims: () => answer } })
      expectJsonError(await ask(await make()), 400, 'invalid_grant')
    },
  )

  test('mapClaims gets frozen claims without __proto__, and no unverified ones (B07)', async () => {
    const seen: object[] = []
    const mapClaims = (claims: object) => {
      seen.push(claims)
      return { userId: alice.id }
    }
    const { world, client, make, ask } = await assertionWorld({ entry: { mapClaims } })
    const [, payload] = (await make()).split('.')
    const claims = Buffer.from(payload ?? '', 'base64url').toString()
    const polluted = JSON.parse(claims.replace('{', '{"__proto__":{"admin":true},'))
    const key = await clientKey('ES256', 'idp-1')
    const header = encodeJson({ alg: 'ES256', kid: 'idp-1' })
    const body = Buffer.from(JSON.stringify(polluted)).toString('base64url')
    const signature = await crypto.subtle.sign(
      { name: 'ECDSA', hash: 'SHA-256' },
      key.privateKey as never,
      new TextEncoder().encode(`${header}.${body}`),
    )
    const assertion = `${header}.${body}.${Buffer.from(signature).toString('base64url')}`
    expect((await ask(assertion)).status).toBe(200)
    const [first] = seen
    expect([Object.isFrozen(first), Object.hasOwn(first as object, '__proto__')]).toEqual([true, false])
    expect((Object.assign({}, first) as { admin?: boolean }).admin).toBeUndefined()
    await ask(await makeAssertion(world, client, { sub: 'forged' }, { alg: 'ES256', kid: 'other' }))
    await ask(await make({ aud: 'https://other.example' }))
    expect(seen).toHaveLength(1)
  })
})

test('the storage contains neither assertions nor their jti (B05)', async () => {
  const recorded = recordingStorage(memoryStorage())
  const { make, ask } = await assertionWorld({ world: { storage: recorded.storage } })
  const assertion = await make({ jti: 'a-jti-to-look-for' })
  expect((await ask(assertion)).status).toBe(200)
  const dump = recorded.dump()
  expect([dump.includes('a-jti-to-look-for'), dump.includes(assertion.split('.')[2] as string)]).toEqual([false, false])
})

test('clients that name the host of an issuer cannot keep the server from fetching the keys of the issuer (B03, G26)', async () => {
  const remote = await startRemote()
  const { publicJwk } = await clientKey('ES256', 'idp-1')
  remote.serveJson('/jwks', { keys: [publicJwk] })
  const { world, make, ask } = await assertionWorld({
    entry: { jwks: undefined, jwksUri: `${remote.origin}/jwks` },
    features: [privateKeyJwt()],
    world: { dangerouslyAllowPrivateAddresses: true },
  })
  const own = await clientKey('ES256', 'own')
  for (let count = 0; count < 301; count++) {
    const client = await registerWithKey(world, own, { jwks_uri: `${remote.origin}/jwks?client=${count}` })
    await postWith(world, await clientAssertion(world, client, own))
  }
  expect(lastReason(world)).toContain('is fetched too often')
  expect((await ask(await make())).status).toBe(200)
  // Invented key ids of an issuer still cost at most one request a second.
  const before = remote.requests.length
  for (let count = 0; count < 20; count++) await ask(await make({}, { kid: `invented-${count}` }))
  expect(remote.requests.length - before).toBeLessThanOrEqual(1)
})
