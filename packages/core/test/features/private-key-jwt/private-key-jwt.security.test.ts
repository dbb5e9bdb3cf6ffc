import { type PrivateKeyJwtOptions, privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { memoryStorage } from '@oauth/core/memory'
import { exportSPKI, importJWK, type JWK } from 'jose'
import { describe, expect, test } from 'vitest'
import {
  assertion,
  assertionClaims,
  clientKey,
  keysWorld,
  lastReason,
  postWith,
  registerWithKey,
  signJwt,
} from '../../support/client-keys.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { encodeJson } from '../../support/keys.ts'
import { yieldingStorage } from '../../support/storage.ts'
import { createQuickWorld } from '../../support/tokens.ts'

async function start(options: PrivateKeyJwtOptions = {}) {
  const world = keysWorld(options)
  const key = await clientKey()
  const client = await registerWithKey(world, key)
  const make = (changes: object = {}, header: object = {}) =>
    assertion(world, client, key, { ...changes }, { ...header })
  const refused = async (made: string, reason: string | RegExp): Promise<void> => {
    const answer = await postWith(world, made)
    expectJsonError(answer, 401, 'invalid_client')
    // The response is the same for every reason.
    expect(answer.body.error_description).toBe('client authentication failed')
    expect(lastReason(world)).toMatch(reason)
  }
  return { world, key, client, make, refused }
}

describe('whose signature (H06)', () => {
  test('an assertion with alg none is refused, with and without a signature (H06)', async () => {
    const { world, client, refused } = await start()
    for (const alg of ['none', 'None', 'NONE', '']) {
      const unsigned = `${encodeJson({ alg })}.${encodeJson(assertionClaims(world, client.client_id))}.`
      await refused(unsigned, 'algorithm that is not allowed')
      await refused(`${unsigned}AAAA`, 'algorithm that is not allowed')
    }
  })

  test.each([{ clientSecretJwt: false }, { clientSecretJwt: true }])(
    'an assertion with HS256 under the public key is refused, whatever its spelling, %j (H06)',
    async (options) => {
      const { world, key, client } = await start(options)
      const publicKey = (await importJWK(key.publicJwk, 'ES256')) as never
      const texts = [JSON.stringify(key.publicJwk), await exportSPKI(publicKey), (await exportSPKI(publicKey)).trim()]
      for (const text of texts) {
        const claims = assertionClaims(world, client.client_id)
        const forged = await signJwt(new TextEncoder().encode(text), { alg: 'HS256', kid: key.kid }, claims)
        expectJsonError(await postWith(world, forged), 401, 'invalid_client')
      }
    },
  )

  test('an assertion with an algorithm outside the registered one, or outside those that the server takes, is refused (H06)', async () => {
    const rsa = await clientKey('RS256')
    const world = keysWorld()
    const client = await registerWithKey(world, rsa, { token_endpoint_auth_signing_alg: 'PS256' })
    expectJsonError(await postWith(world, await assertion(world, client, rsa)), 401, 'invalid_client')
    expect(lastReason(world)).toMatch('algorithm that is not allowed')
    const ps256 = await clientKey('PS256', rsa.kid)
    await world.provider.updateClient(client.client_id, { jwks: { keys: [ps256.publicJwk] } })
    expect((await postWith(world, await assertion(world, client, ps256))).status).toBe(200)

    const strict = keysWorld({ signingAlgorithms: ['PS256', 'ES256'] })
    const second = await registerWithKey(strict, rsa)
    expectJsonError(await postWith(strict, await assertion(strict, second, rsa)), 401, 'invalid_client')
  })

  test('a key that the assertion brings along (jwk, jku, x5u, x5c) is not used (H06)', async () => {
    const { world, client, refused } = await start()
    const attacker = await clientKey('ES256', 'attacker')
    for (const header of [
      { jwk: attacker.publicJwk },
      { jwk: attacker.publicJwk, kid: undefined },
      { jku: 'https://attacker.example/jwks' },
      { x5u: 'https://attacker.example/cert' },
      { x5c: ['AAAA'] },
    ]) {
      await refused(await assertion(world, client, attacker, {}, header), 'no key of the client has signed it')
      await refused(await assertion(world, client, attacker, {}, { ...header, kid: 'key-1' }), 'no key of the client')
    }
  })

  test('an assertion by another client’s key is refused (H06)', async () => {
    const { world, client, make, refused } = await start()
    const other = await clientKey('ES256', 'other')
    await registerWithKey(world, other)
    await refused(await assertion(world, client, other), 'no key of the client has signed it')
    expect((await postWith(world, await make())).status).toBe(200)
  })

  test('a key for encryption, a private key in the row and a symmetric key verify nothing (H06)', async () => {
    const { world, client, key, make, refused } = await start()
    const store = world.storage.clients
    const edit = async (jwk: JWK): Promise<void> => {
      const row = await store.find(client.client_id)
      if (row === undefined) throw new Error('no client')
      const metadata = { ...row.metadata, jwks: { keys: [jwk as Record<string, unknown>] } }
      await store.replace({ ...row, metadata, version: row.version + 1 }, row.version)
      world.clock.advance(6)
    }
    await edit({ ...key.publicJwk, use: 'enc' })
    await refused(await make(), 'no key of the client')
    await edit({ kty: 'oct', k: 'AAAA', kid: key.kid })
    await refused(await make(), /no key of the client|cannot be used/)
    await edit({ kty: 'EC', kid: key.kid })
    await refused(await make(), /no key of the client|cannot be used/)
    await edit(key.publicJwk)
    expect((await postWith(world, await make())).status).toBe(200)
  })

  test('an assertion with an unknown crit, b64, a changed payload or a cut signature is refused (H06, E01)', async () => {
    const { make, refused } = await start()
    await refused(await make({}, { crit: ['urn:example:extension'], 'urn:example:extension': 1 }), 'not understood')
    const [header, payload, signature = ''] = (await make()).split('.')
    await refused(`${header}.${payload}.${signature.slice(0, -4)}`, 'no key')
    await refused(`${header}.${payload}.`, 'no key')
    const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString())
    await refused(`${header}.${encodeJson({ ...claims, exp: claims.exp + 1 })}.${signature}`, 'no key')
    await refused(
      `${encodeJson({ alg: 'ES256', b64: false, crit: ['b64'] })}.${payload}.${signature}`,
      'not understood',
    )
  })

  test('a JWT that the client signed for another purpose is no assertion (E02)', async () => {
    const { make, refused } = await start()
    for (const typ of ['oauth-authz-req+jwt', 'dpop+jwt', 'logout+jwt', 'at+jwt', 'JWT+x', 7]) {
      await refused(await make({}, { typ }), 'of another type')
    }
  })
})

describe('what it has to say (H07)', () => {
  const issuer = 'https://id.example.com/auth'

  test.each<[string, unknown]>([
    ['another server', 'https://other.example/auth'],
    ['the token endpoint', `${issuer}/oauth2/token`],
    ['the issuer with a slash', `${issuer}/`],
    ['a list of the issuer and the token endpoint', [issuer, `${issuer}/oauth2/token`]],
    ['a list that names the issuer twice', [issuer, issuer]],
    ['a list in a list', [[issuer]]],
    ['a list with strangers', [issuer, 'https://other.example/auth']],
    ['a list of nobody', []],
    ['nobody', undefined],
    ['a number', 7],
  ])('an assertion that is addressed to %s is refused (H07)', async (_name, aud) => {
    const { make, refused } = await start()
    await refused(await make({ aud }), 'aud is not accepted')
  })

  test('an assertion that is addressed to a list of the issuer alone is accepted, unless the rule is issuer-string (H07, F08)', async () => {
    const { world, make } = await start()
    expect((await postWith(world, await make({ aud: [issuer] }))).status).toBe(200)
    const strict = await start({ audiences: 'issuer-string' })
    await strict.refused(await strict.make({ aud: [issuer] }), 'aud is not accepted')
    await strict.refused(await strict.make({ aud: `${issuer}/oauth2/token` }), 'aud is not accepted')
    expect((await postWith(strict.world, await strict.make({ aud: issuer }))).status).toBe(200)
  })

  test.each<[string, object, string]>([
    ['no exp', { exp: undefined }, 'exp must be a number'],
    ['an exp that is no number', { exp: '9999999999' }, 'exp must be a number'],
    ['no jti', { jti: undefined }, 'jti must be a string that is not empty'],
    ['an empty jti', { jti: '' }, 'jti must be a string that is not empty'],
    ['a jti that is no text', { jti: 7 }, 'jti must be a string that is not empty'],
    ['the iss of another client', { iss: 'another' }, 'iss and sub must be the client_id'],
    ['no iss', { iss: undefined }, 'iss and sub must be the client_id'],
    ['an nbf that is no number', { nbf: 'now' }, 'must be numbers'],
  ])('an assertion with %s is refused (H07)', async (_name, changes, reason) => {
    const { make, refused } = await start()
    await refused(await make(changes), reason)
  })

  test('an assertion in the name of another client, by its own key, is refused (H07)', async () => {
    const { world, refused } = await start()
    const victim = await registerWithKey(world, await clientKey('ES256', 'victim'))
    const { key } = await start()
    await refused(await assertion(world, victim, key), 'no key of the client')
    await refused(await assertion(world, victim, key, { iss: 'another' }), 'no key of the client')
  })

  test.each<[string, object, boolean]>([
    ['whose iat and nbf are 8 s ahead is accepted', { iat: 8, nbf: 8, exp: 68 }, true],
    ['whose iat and nbf are 10 s ahead is accepted', { iat: 10, nbf: 10, exp: 70 }, true],
    ['whose nbf is 11 s ahead is refused', { nbf: 11 }, false],
    ['whose iat is 11 s ahead is refused', { iat: 11 }, false],
    ['whose nbf is 60 s ahead is refused', { nbf: 60, exp: 120 }, false],
    ['that expired 9 s ago is accepted', { iat: -60, nbf: -60, exp: -9 }, true],
    ['that expired 10 s ago is refused', { iat: -60, nbf: -60, exp: -10 }, false],
    ['that expired 5 min ago is refused', { exp: -300 }, false],
    ['that expires in 10 min is accepted', { exp: 600 }, true],
    ['that expires in more than 10 min is refused', { exp: 611 }, false],
    ['that expires in a year is refused', { exp: 31_536_000 }, false],
    ['that was made an hour ago is accepted', { iat: -3600, nbf: -3600, exp: 30 }, true],
  ])('an assertion %s (H07)', async (_name, offsets, good) => {
    const { world, make } = await start()
    const now = world.clock.now()
    const times = Object.fromEntries(Object.entries(offsets).map(([name, offset]) => [name, now + offset]))
    expect((await postWith(world, await make(times))).status).toBe(good ? 200 : 401)
  })

  test('the option maxLifetimeSeconds demands a shorter life of assertions', async () => {
    const { world, make, refused } = await start({ maxLifetimeSeconds: 60 })
    expect((await postWith(world, await make())).status).toBe(200)
    await refused(await make({ exp: world.clock.now() + 71 }), 'exp is more than 60 s away')
  })

  test('an option accepts the URLs of endpoints as aud, and lists of nothing else', async () => {
    const { world, make, refused } = await start({ audiences: 'endpoints' })
    const urls = ['token', 'revoke', 'introspect'].map((path) => `${world.issuer}/oauth2/${path}`)
    for (const aud of [world.issuer, [world.issuer], ...urls, urls, [world.issuer, ...urls]]) {
      expect((await postWith(world, await make({ aud }))).status).toBe(200)
    }
    const others = ['https://other.example', [], [world.issuer, 'https://other.example'], undefined, [undefined]]
    for (const aud of [...others, `${world.issuer}/oauth2/userinfo`, `${world.issuer}/`, [[world.issuer]]]) {
      await refused(await make({ aud }), 'aud is not accepted')
    }
  })

  test('the rule may be another one for each client', async () => {
    const key = await clientKey()
    const world = keysWorld({ audiences: ({ metadata }) => (metadata.software_id === 'old' ? 'endpoints' : 'issuer') })
    const [old, other] = [await registerWithKey(world, key, { software_id: 'old' }), await registerWithKey(world, key)]
    const aud = `${world.issuer}/oauth2/token`
    expect((await postWith(world, await assertion(world, old, key, { aud }))).status).toBe(200)
    expect((await postWith(world, await assertion(world, other, key, { aud }))).status).toBe(401)
  })
})

describe('once (H08)', () => {
  test('the second use is refused, at any endpoint, until it has expired anyway (H08)', async () => {
    const { world, make, refused } = await start()
    const made = await make()
    expect((await postWith(world, made)).status).toBe(200)
    await refused(made, 'replayed')
    expectJsonError(await postWith(world, made, { token: 'x' }, '/oauth2/introspect'), 401, 'invalid_client')
    world.clock.advance(69)
    // The stored jti still exists in the last second in which the assertion is valid.
    await world.provider.purgeExpired()
    await refused(made, 'replayed')
    world.clock.advance(2)
    await world.provider.purgeExpired()
    await refused(made, 'expired')
  })

  test('of fifty uses of one assertion at once one is served (H08)', async () => {
    const storage = yieldingStorage(memoryStorage()) as ReturnType<typeof memoryStorage>
    const world = createQuickWorld({ features: [privateKeyJwt()], storage })
    const key = await clientKey()
    const client = await registerWithKey(world, key)
    const made = await assertion(world, client, key)
    const answers = await Promise.all(Array.from({ length: 50 }, () => postWith(world, made)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status, body }) => status === 401 && body.error === 'invalid_client')).toHaveLength(49)
  })

  test('nobody uses up an assertion but with all of it right (H08)', async () => {
    const { world, key, client, make, refused } = await start()
    const jti = 'chosen-by-the-client'
    await refused(await make({ jti, aud: 'https://other.example' }), 'aud is not accepted')
    await refused(await make({ jti, exp: world.clock.now() - 60 }), 'expired')
    await refused(await assertion(world, client, await clientKey('ES256', 'attacker'), { jti }), 'no key')
    // Another client that uses the same jti does not block it either.
    const other = await registerWithKey(world, key)
    expect((await postWith(world, await assertion(world, other, key, { jti }))).status).toBe(200)
    expect((await postWith(world, await make({ jti }))).status).toBe(200)
  })

  test('a jti of any length is one row of one length (H08)', async () => {
    const claimed: string[] = []
    const storage = memoryStorage()
    const world = createQuickWorld({
      features: [privateKeyJwt()],
      storage: {
        ...storage,
        records: {
          ...storage.records,
          insert(record) {
            claimed.push(record.id)
            return storage.records.insert(record)
          },
        },
      },
    })
    const key = await clientKey()
    const client = await registerWithKey(world, key)
    for (const jti of ['a', 'x'.repeat(5000), 'a\0b', '\u{1f600}']) {
      expect((await postWith(world, await assertion(world, client, key, { jti }))).status).toBe(200)
    }
    expect(claimed.every((id) => /^[\w-]{43}$/.test(id))).toBe(true)
    expect(new Set(claimed).size).toBe(4)
  })

  test('the event tells the reason, and nothing of the assertion', async () => {
    const { world, make, refused } = await start()
    const made = await make({ jti: 'the-jti-itself' })
    await postWith(world, made)
    await refused(made, 'assertion: replayed')
    const told = JSON.stringify(world.events)
    for (const part of [...made.split('.'), 'the-jti-itself']) expect(told).not.toContain(part)
  })
})
