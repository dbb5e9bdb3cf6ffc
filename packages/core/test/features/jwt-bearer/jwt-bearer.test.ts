import { jwtBearer } from '@oauth/core/features/jwt-bearer'
import { describe, expect, test } from 'vitest'
import {
  askWith,
  assertionWorld,
  idp,
  jwtBearerName,
  lastCause,
  makeAssertion,
  trustedIdp,
} from '../../support/assertions.ts'
import { claimsOf, isActive, postAs, registerConfidential, registerPublic } from '../../support/client.ts'
import { clientKey, signJwt } from '../../support/client-keys.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { startRemote } from '../../support/remote.ts'
import { api, createQuickWorld, introspect } from '../../support/tokens.ts'
import { alice } from '../../support/world.ts'

describe('the JWT bearer grant', () => {
  test('the JWT bearer grant gives an access token for the user that mapClaims finds, without a refresh token (B01, B07, B08)', async () => {
    const { world, client, make, ask } = await assertionWorld({
      client: { grant_types: [jwtBearerName, 'refresh_token'] },
    })
    const { status, body, headers } = await ask(await make(), { scope: 'email notes:read offline_access' })
    expect([status, body.token_type, body.scope]).toEqual([200, 'Bearer', 'email notes:read'])
    expect([body.refresh_token, body.id_token, headers.get('cache-control')]).toEqual([
      undefined,
      undefined,
      'no-store',
    ])
    const verified = await world.provider.verifyAccessToken(body.access_token)
    expect([verified?.userId, verified?.clientId]).toEqual([alice.id, client.client_id])
    expect(world.events).toContainEqual({
      type: 'jwt_bearer.accepted',
      issuer: idp,
      clientId: client.client_id,
      userId: alice.id,
      grantId: verified?.grantId,
    })
  })

  test('the discovery documents name the grant type and not the trusted issuers (B01, I01)', async () => {
    const { world } = await assertionWorld()
    expect(world.provider.metadata.grant_types_supported).toContain(jwtBearerName)
    expect(world.provider.metadata).not.toHaveProperty('authorization_grant_profiles_supported')
    expect(JSON.stringify(world.provider.metadata)).not.toContain(idp)
  })

  test('a client that is not registered for the grant type gets unauthorized_client, and without an assertion invalid_request (B01)', async () => {
    const { world, make, ask } = await assertionWorld()
    const another = await registerConfidential(world)
    expectJsonError(await askWith(world, another, await make()), 400, 'unauthorized_client')
    expectJsonError(await ask(''), 400, 'invalid_request')
  })

  test('a public client needs publicClients, and then the assertion alone is enough (B02)', async () => {
    for (const publicClients of [false, true]) {
      const entry = await trustedIdp({ publicClients })
      const other = await trustedIdp({ issuer: 'https://other.idp.example', publicClients: true })
      const world = createQuickWorld({ features: [jwtBearer({ issuers: [entry, other] })] })
      const client = await registerPublic(world, { grant_types: [jwtBearerName], redirect_uris: [] })
      const answer = await askWith(world, client, await makeAssertion(world, client))
      if (publicClients) expect(answer.status).toBe(200)
      else expectJsonError(answer, 400, 'unauthorized_client')
    }
  })

  test('a client_id in the assertion must be that of the client (B02)', async () => {
    const { client, make, ask } = await assertionWorld()
    expectJsonError(await ask(await make({ client_id: 'another' })), 400, 'invalid_grant')
    expect((await ask(await make({ client_id: client.client_id }))).status).toBe(200)
  })

  test('a client that registered itself needs selfRegisteredClients, since the assertion names no client (B02, B10)', async () => {
    const open = { allowDynamicClientRegistration: true, allowUnauthenticatedClientRegistration: true }
    for (const selfRegisteredClients of [false, true]) {
      const entry = await trustedIdp({ selfRegisteredClients, publicClients: true })
      const world = createQuickWorld({ features: [jwtBearer({ issuers: [entry] })], ...open })
      const response = await world.provider.fetch(
        new Request(`${world.issuer}/oauth2/register`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            redirect_uris: ['https://app.example.com/callback'],
            token_endpoint_auth_method: 'none',
            grant_types: ['authorization_code', jwtBearerName],
            scope: 'email',
          }),
        }),
      )
      expect(response.status).toBe(201)
      const answer = await askWith(world, await response.json(), await makeAssertion(world, { client_id: '' }))
      expect([answer.status, answer.body.error]).toEqual(
        selfRegisteredClients ? [200, undefined] : [400, 'unauthorized_client'],
      )
    }
  })

  test('the keys of an issuer may be at a URL, which is fetched when it is needed and for a new kid (B03)', async () => {
    const remote = await startRemote()
    const { publicJwk } = await clientKey('ES256', 'idp-1')
    const entry = { jwks: undefined, jwksUri: `${remote.origin}/jwks` }
    const { world, make, ask } = await assertionWorld({ entry, world: { dangerouslyAllowPrivateAddresses: true } })
    expect(remote.requests).toEqual([])
    expectJsonError(await ask(await make()), 400, 'invalid_grant')
    expect(lastCause(world)).toMatch(`assertion of ${idp}: the issuer's keys cannot be used`)
    remote.serveJson('/jwks', { keys: [publicJwk] })
    world.clock.advance(30)
    expect((await ask(await make())).status).toBe(200)
    expect((await ask(await make())).status).toBe(200)
    expect(remote.requests).toHaveLength(2)
    const next = await clientKey('ES256', 'idp-2')
    remote.serveJson('/jwks', { keys: [publicJwk, next.publicJwk] })
    world.clock.advance(1)
    const claims = claimsOf(await make())
    const { privateKey } = next
    expect((await ask(await signJwt(privateKey, { alg: 'ES256', kid: 'idp-2' }, claims))).status).toBe(200)
    expect(remote.requests).toHaveLength(3)
  })

  test('the host chooses other audiences for assertions, for platforms that address the token endpoint (B04)', async () => {
    const token = 'https://id.example.com/auth/oauth2/token'
    const { world, make, ask } = await assertionWorld({ entry: { audiences: [token, 'https://id.example.com/auth/'] } })
    expect((await ask(await make({ aud: token }))).status).toBe(200)
    expect((await ask(await make({ aud: [token, 'https://id.example.com/auth/'] }))).status).toBe(200)
    expectJsonError(await ask(await make({ aud: world.issuer })), 400, 'invalid_grant')
    expectJsonError(await ask(await make({ aud: [token, 'https://other.example'] })), 400, 'invalid_grant')
  })

  test('an assertion without iat and nbf is accepted, and without jti when single use is off (B05)', async () => {
    const { make, ask } = await assertionWorld({ entry: { singleUse: false } })
    const assertion = await make({ iat: undefined, jti: undefined })
    expect([(await ask(assertion)).status, (await ask(assertion)).status]).toEqual([200, 200])
  })

  test('a longer lifetime of assertions is the choice of the host (B05)', async () => {
    const { world, make, ask } = await assertionWorld({ entry: { maxLifetimeSeconds: 3600 } })
    expect((await ask(await make({ exp: world.clock.now() + 3600 }))).status).toBe(200)
  })

  test('an unknown subject and a user who is gone are invalid_grant, and use up nothing (B07)', async () => {
    const { world, make, ask } = await assertionWorld()
    expectJsonError(await ask(await make({ sub: 'U-mallory' })), 400, 'invalid_grant')
    const assertion = await make()
    world.users.delete(alice.id)
    expectJsonError(await ask(assertion), 400, 'invalid_grant')
    world.users.set(alice.id, alice)
    expect((await ask(assertion)).status).toBe(200)
  })
})

describe('what an assertion gives', () => {
  test('an assertion without a scope gives what mapClaims says, or else the scopes of the client but openid and offline_access (B07)', async () => {
    const plain = await assertionWorld()
    expect((await plain.ask(await plain.make())).body.scope).toBe('email notes:read notes:write')
    const mapClaims = () => ({ userId: alice.id, scope: ['notes:read', 'unknown'] })
    const mapped = await assertionWorld({ entry: { mapClaims } })
    expect((await mapped.ask(await mapped.make())).body.scope).toBe('notes:read')
    expect((await mapped.ask(await mapped.make(), { scope: 'notes:read notes:write' })).body.scope).toBe('notes:read')
    expectJsonError(await mapped.ask(await mapped.make(), { scope: 'notes:write' }), 400, 'invalid_scope')
  })

  test('the resources of the token are those that the request names within the bounds of mapClaims; others are invalid_target (B01)', async () => {
    const mapClaims = () => ({ userId: alice.id, resources: [api] })
    const { make, ask } = await assertionWorld({ entry: { mapClaims } })
    const { body } = await ask(await make())
    expect(claimsOf(body.access_token)).toMatchObject({ aud: api, sub: alice.id })
    expectJsonError(await ask(await make(), { resource: 'https://files.example.com/v1' }), 400, 'invalid_target')
    expectJsonError(await ask(await make(), { resource: 'https://elsewhere.example' }), 400, 'invalid_target')
  })

  test('an explicit openid within the bounds gives an ID token', async () => {
    const { make, ask } = await assertionWorld()
    const { body } = await ask(await make(), { scope: 'openid email' })
    expect(claimsOf(body.id_token).sub).toBe(alice.id)
  })

  test('a token of the grant is listed among connected apps as long as it is alive, and the user can end it', async () => {
    const { world, client, make, ask } = await assertionWorld({
      client: { grant_types: [jwtBearerName, 'refresh_token'] },
      world: { refreshTokensWithoutOfflineAccess: true },
    })
    const { body } = await ask(await make())
    const [grant, ...more] = await world.provider.listGrants(alice.id)
    expect([grant?.clientId, more]).toEqual([client.client_id, []])
    expect(grant?.expiresAt).toBe(world.clock.now() + body.expires_in)
    expect(await world.provider.revokeUserGrants(alice.id)).toBe(1)
    expect(await isActive(world, body.access_token)).toBe(false)
  })

  test('mapClaims may name the reference of the grant, for instance an organisation', async () => {
    const mapClaims = ({ tenant }: { tenant?: unknown }) => ({ userId: alice.id, referenceId: String(tenant) })
    const { world, make, ask } = await assertionWorld({ entry: { mapClaims } })
    await ask(await make({ tenant: 'acme' }))
    expect((await world.provider.listGrants(alice.id))[0]?.referenceId).toBe('acme')
  })
})

describe('workloads', () => {
  const workload = { subject: 'client', mapClaims: undefined }
  const platform = { client_id: 'workload-1', scope: 'email notes:read' }

  test('a workload gets a token for itself: sub is the client, and there is no user (B09)', async () => {
    const { world, client, make, ask } = await assertionWorld({ entry: workload, client: platform })
    const { status, body } = await ask(await make({ sub: 'workload-1' }), { resource: api })
    expect([status, body.scope]).toEqual([200, 'notes:read'])
    expect(claimsOf(body.access_token)).toMatchObject({ sub: 'workload-1', client_id: 'workload-1', aud: api })
    expect((await introspect(world, client, body.access_token)).body.active).toBe(true)
    expectJsonError(await ask(await make({ sub: 'workload-2' })), 400, 'invalid_grant')
    expectJsonError(await ask(await make({ sub: 'workload-1' }), { scope: 'email' }), 400, 'invalid_scope')
  })

  test('a public client with a platform token and no secret is a federated workload, as in the MCP scenario wif-jwt-bearer (B09)', async () => {
    const mapClaims = ({ sub }: { sub?: unknown }) =>
      sub === 'spiffe://example.org/ns/default/sa/agent' ? { clientId: 'agent', scope: ['notes:read'] } : undefined
    const feature = jwtBearer({ issuers: [await trustedIdp({ subject: 'client', publicClients: true, mapClaims })] })
    const world = createQuickWorld({ features: [feature] })
    const client = await registerPublic(world, {
      client_id: 'agent',
      grant_types: [jwtBearerName],
      redirect_uris: [],
      scope: 'notes:read notes:write',
    })
    const assertion = await makeAssertion(world, client, { sub: 'spiffe://example.org/ns/default/sa/agent' })
    const { status, body } = await askWith(world, client, assertion, { scope: 'notes:read notes:write' })
    expect([status, body.scope]).toEqual([200, 'notes:read'])
    const wrong = await makeAssertion(world, client, { sub: 'spiffe://example.org/ns/default/sa/other' })
    expectJsonError(await askWith(world, client, wrong), 400, 'invalid_grant')
    expectJsonError(await askWith(world, client, await makeAssertion(world, client, { exp: 1 })), 400, 'invalid_grant')
  })

  test('an entry for workloads makes the grant type one for machines, which clients cannot give themselves (B09)', async () => {
    const feature = jwtBearer({ issuers: [await trustedIdp(workload)] })
    const world = createQuickWorld({
      features: [feature],
      allowDynamicClientRegistration: true,
      allowUnauthenticatedClientRegistration: true,
    })
    const client = await registerConfidential(world, {
      client_id: 'U-alice',
      grant_types: [jwtBearerName],
      redirect_uris: [],
      scope: 'notes:read',
    })
    const record = await world.storage.clients.find('U-alice')
    if (record === undefined) throw new Error('no client')
    await world.storage.clients.replace(
      { ...record, registeredBy: 'anonymous', version: record.version + 1 },
      record.version,
    )
    world.clock.advance(6)
    expectJsonError(await askWith(world, client, await makeAssertion(world, client)), 400, 'unauthorized_client')
  })
})

describe('options of jwtBearer that contradict themselves are mistakes at start', () => {
  const jwks = async () => ({ keys: [(await clientKey('ES256', 'idp-1')).publicJwk] })
  test.each<[string, object, RegExp]>([
    ['no issuers', { issuers: [] }, /jwtBearer: issuers must not be empty/],
    [
      'an unknown member',
      { issuers: [{ issuer: idp, jwks_uri: 'https://x.example' }] },
      /issuers\.0\.jwks_uri is not known/,
    ],
    ['no keys', { issuers: [{ issuer: idp, mapClaims: () => undefined }] }, /issuers\.0 needs either jwks or jwksUri/],
    ['no mapping', { issuers: [{ issuer: idp, jwksUri: 'https://x.example' }] }, /needs mapClaims/],
    [
      'a symmetric key',
      { issuers: [{ issuer: idp, jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] }, mapClaims: () => undefined }] },
      /asymmetric/,
    ],
    [
      'HS256',
      { issuers: [{ issuer: idp, jwksUri: 'https://x.example', algorithms: ['HS256'], mapClaims: () => undefined }] },
      /algorithms/,
    ],
    [
      'a private key URL',
      { issuers: [{ issuer: idp, jwksUri: 'https://10.0.0.1/jwks', mapClaims: () => undefined }] },
      /issuers\.0\.jwksUri must not be in a private network/,
    ],
    [
      'an ID-JAG about a client',
      { issuers: [{ issuer: idp, profile: 'id-jag', subject: 'client', jwksUri: 'https://x.example' }] },
      /cannot have subject client/,
    ],
    [
      'an ID-JAG with audiences',
      {
        issuers: [
          {
            issuer: idp,
            profile: 'id-jag',
            audiences: ['x'],
            jwksUri: 'https://x.example',
            mapClaims: () => undefined,
          },
        ],
      },
      /cannot have audiences/,
    ],
  ])('jwtBearer refuses to start with a mistake in its options: %s', async (_, options, message) => {
    expect(() => createQuickWorld({ features: [jwtBearer(options as never)] })).toThrow(message)
  })

  test('jwtBearer refuses to start with two entries of one profile, and with this server itself as an issuer (I13)', async () => {
    const twice = [await trustedIdp(), await trustedIdp()]
    expect(() => jwtBearer({ issuers: twice })).toThrow('issuers.1 is a second entry for https://acme.idp.example')
    const both = [await trustedIdp(), await trustedIdp({ profile: 'id-jag' })]
    expect(createQuickWorld({ features: [jwtBearer({ issuers: both })] }).provider.issuer).toBeDefined()
    const { issuer } = createQuickWorld()
    const self = jwtBearer({ issuers: [{ issuer, jwks: await jwks(), mapClaims: () => undefined }] as never })
    expect(() => createQuickWorld({ features: [self] })).toThrow('must not accept its own assertions')
  })
})

test('a process without jwtBearer does not know the grant type', async () => {
  const { world, client, make } = await assertionWorld()
  const assertion = await make()
  const without = createQuickWorld({ storage: world.storage })
  expectJsonError(
    await postAs(without, client, '/oauth2/token', { grant_type: jwtBearerName, assertion }),
    400,
    'unsupported_grant_type',
  )
})
