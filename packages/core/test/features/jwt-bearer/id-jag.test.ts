import { createHash, randomBytes } from 'node:crypto'
import { dpop } from '@oauth/core/features/dpop'
import { jwtBearer } from '@oauth/core/features/jwt-bearer'
import { mutualTls } from '@oauth/core/features/mutual-tls'
import { describe, expect, test } from 'vitest'
import {
  askWith,
  assertionWorld,
  idJagTyp,
  jwtBearerName,
  makeAssertion,
  trustedIdp,
} from '../../support/assertions.ts'
import { payment, rar, text } from '../../support/authorization-details.ts'
import { claimsOf, credentials, isActive, post, registerConfidential, registerPublic } from '../../support/client.ts'
import { makeProof, postWithProof } from '../../support/dpop.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { certificateIn, over, postOver, readPresented } from '../../support/mutual-tls.ts'
import { registered } from '../../support/registration.ts'
import { tokenExchangeName } from '../../support/token-exchange.ts'
import { api, createQuickWorld, introspect } from '../../support/tokens.ts'
import { alice, bob } from '../../support/world.ts'
import { keyHeader } from '../key-header.ts'

const profile = 'id-jag'
const files = 'https://files.example.com/v1'

describe('the profile id-jag', () => {
  test('with an issuer of ID-JAGs the discovery documents name the profile and the grant type, and no issuer (I01)', async () => {
    const { world } = await assertionWorld({ entry: { profile } })
    expect(world.provider.metadata).toMatchObject({
      authorization_grant_profiles_supported: ['urn:ietf:params:oauth:grant-profile:id-jag'],
      grant_types_supported: expect.arrayContaining([jwtBearerName]),
    })
    expect(JSON.stringify(world.provider.metadata)).not.toContain('acme')
  })

  test('an ID-JAG gives a token that introspection knows, without a refresh token (I03, I10, I12)', async () => {
    const { world, client, make, ask } = await assertionWorld({
      entry: { profile },
      client: { grant_types: [jwtBearerName, 'refresh_token'] },
      world: { refreshTokensWithoutOfflineAccess: true },
    })
    const { status, body } = await ask(await make({ resource: api, scope: 'notes:read offline_access' }))
    expect([status, body.token_type, body.scope, body.refresh_token]).toEqual([200, 'Bearer', 'notes:read', undefined])
    expect((await introspect(world, client, body.access_token)).body).toMatchObject({
      active: true,
      client_id: client.client_id,
      sub: alice.id,
      aud: api,
      scope: 'notes:read',
    })
  })

  test.each(['iss', 'sub', 'aud', 'client_id', 'jti', 'exp', 'iat'])(
    'an ID-JAG without %s is refused (I03)',
    async (name) => {
      const { make, ask } = await assertionWorld({ entry: { profile } })
      expectJsonError(await ask(await make({ [name]: undefined })), 400, 'invalid_grant')
    },
  )

  test('optional claims of an ID-JAG reach mapClaims, which decides by tenant or aud_sub and not by email alone (I03, I12)', async () => {
    const mapClaims = ({ tenant, aud_sub }: { tenant?: unknown; aud_sub?: unknown }) =>
      tenant === 'acme' && aud_sub === bob.id ? { userId: bob.id } : undefined
    const { world, make, ask } = await assertionWorld({ entry: { profile, mapClaims } })
    const claims = { tenant: 'acme', aud_sub: bob.id, email: alice.email, auth_time: 1, acr: 'urn:high', amr: ['mfa'] }
    const { body } = await ask(await make(claims))
    expect((await world.provider.verifyAccessToken(body.access_token))?.userId).toBe(bob.id)
    expectJsonError(await ask(await make({ ...claims, tenant: 'evil' })), 400, 'invalid_grant')
  })

  test('the SAML name of a user (sub_id) reaches mapClaims with all its members, and finds nobody by itself (I03, I12)', async () => {
    const sub_id = { format: 'saml-nameid', issuer: 'https://saml.idp.example', nameid: 'alice@example.com' }
    const seen: unknown[] = []
    const mapClaims = (claims: Readonly<Record<string, unknown>>) => {
      seen.push(claims.sub_id)
      return claims.sub === 'U-alice' ? { userId: alice.id } : undefined
    }
    const { make, ask } = await assertionWorld({ entry: { profile, mapClaims } })
    expect((await ask(await make({ sub_id }))).status).toBe(200)
    expectJsonError(await ask(await make({ sub_id, sub: 'U-mallory' })), 400, 'invalid_grant')
    expect(seen).toEqual([sub_id, sub_id])
  })

  test('a client may say in its registration that it knows ID-JAGs, also where the server has only one of its grant types (I01)', async () => {
    const { world } = await assertionWorld({
      entry: { profile },
      world: { allowDynamicClientRegistration: true, clientRegistrationSubstitutes: true },
    })
    const body = await registered(world, {
      grant_types: ['authorization_code', tokenExchangeName, jwtBearerName],
      authorization_grant_profiles_supported: ['urn:ietf:params:oauth:grant-profile:id-jag'],
    })
    expect(body.grant_types).toEqual(['authorization_code', jwtBearerName])
  })

  test('an ID-JAG is for the client that it names: another client, also of another kind, cannot use it (I05)', async () => {
    const { world, make, ask } = await assertionWorld({ entry: { profile } })
    const thief = await registerConfidential(world, { grant_types: [jwtBearerName], redirect_uris: [] })
    const assertion = await make()
    expectJsonError(await askWith(world, thief, assertion), 400, 'invalid_grant')
    for (const client_id of [thief.client_id, '', 7, ['x'], null]) {
      expectJsonError(await ask(await make({ client_id })), 400, 'invalid_grant')
    }
    expect((await ask(assertion)).status).toBe(200)
  })

  test('public clients need publicClients to present an ID-JAG (I05)', async () => {
    const other = await trustedIdp({ issuer: 'https://other.idp.example', publicClients: true })
    for (const publicClients of [false, true]) {
      const issuers = [await trustedIdp({ profile, publicClients }), other]
      const world = createQuickWorld({ features: [jwtBearer({ issuers })] })
      const client = await registerPublic(world, { grant_types: [jwtBearerName], redirect_uris: [] })
      const answer = await askWith(world, client, await makeAssertion(world, client, {}, { typ: idJagTyp }))
      expect([answer.status, answer.body.error]).toEqual(
        publicClients ? [200, undefined] : [400, 'unauthorized_client'],
      )
    }
  })

  test('the same ID-JAG may come again until it expires, in place of a refresh token (I08)', async () => {
    const { world, make, ask } = await assertionWorld({ entry: { profile } })
    const assertion = await make()
    const [first, second] = [await ask(assertion), await ask(assertion)]
    expect([first.status, second.status]).toEqual([200, 200])
    expect(first.body.access_token).not.toBe(second.body.access_token)
    world.clock.advance(310)
    expectJsonError(await ask(assertion), 400, 'invalid_grant')
    expect(await isActive(world, second.body.access_token)).toBe(true)
  })

  test('with singleUse an ID-JAG works once (I08)', async () => {
    const { make, ask } = await assertionWorld({ entry: { profile, singleUse: true } })
    const assertion = await make()
    expect((await ask(assertion)).status).toBe(200)
    expectJsonError(await ask(assertion), 400, 'invalid_grant')
  })

  test('an issuer of both profiles has two entries, each with its own mapping, and typ chooses (I02)', async () => {
    const plain = await trustedIdp({ mapClaims: () => ({ userId: bob.id }) })
    const idJag = await trustedIdp({ profile, mapClaims: () => ({ userId: alice.id }) })
    const world = createQuickWorld({ features: [jwtBearer({ issuers: [plain, idJag] })] })
    const client = await registerConfidential(world, { grant_types: [jwtBearerName], redirect_uris: [] })
    for (const [typ, userId] of [
      [undefined, bob.id],
      [idJagTyp, alice.id],
    ]) {
      const { body } = await askWith(world, client, await makeAssertion(world, client, {}, { typ }))
      expect((await world.provider.verifyAccessToken(body.access_token))?.userId).toBe(userId)
    }
  })

  test('an ID-JAG that this server signs itself is not accepted (I13)', async () => {
    const { world, client, ask } = await assertionWorld({ entry: { profile } })
    const assertion = await makeAssertion(world, client, { iss: world.issuer }, { typ: idJagTyp })
    expectJsonError(await ask(assertion), 400, 'invalid_grant')
  })
})

describe('an ID-JAG is an upper bound (I09)', () => {
  test('the scopes of the token are those of the ID-JAG, the request, the client and mapClaims together, and the answer says which (I09)', async () => {
    const mapClaims = () => ({ userId: alice.id, scope: ['notes:read', 'notes:write', 'email'] })
    const { make, ask } = await assertionWorld({ entry: { profile, mapClaims } })
    const scope = 'notes:read email profile unknown'
    expect((await ask(await make({ scope }))).body.scope).toBe('email notes:read')
    expect((await ask(await make({ scope }), { scope: 'notes:read notes:write' })).body.scope).toBe('notes:read')
    expectJsonError(await ask(await make({ scope }), { scope: 'notes:write' }), 400, 'invalid_scope')
    expectJsonError(await ask(await make({ scope: 'unknown' })), 400, 'invalid_scope')
    expectJsonError(await ask(await make({ scope: '' })), 400, 'invalid_scope')
    expect((await ask(await make())).body.scope).toBe('email notes:read notes:write')
  })

  test.each([
    { scope: ['notes:read'] },
    { scope: 7 },
    { scope: 'a"b' },
    { resource: [] },
    { resource: 7 },
    { resource: [''] },
    { resource: null },
  ])('a malformed bound %j of an ID-JAG is invalid_grant and never no bound (I09)', async (changes) => {
    const { make, ask } = await assertionWorld({ entry: { profile } })
    expectJsonError(await ask(await make(changes)), 400, 'invalid_grant')
  })

  test('the token is for the resource of the ID-JAG, and a request may only narrow it (I09)', async () => {
    const { make, ask } = await assertionWorld({ entry: { profile } })
    expect(claimsOf((await ask(await make({ resource: api }))).body.access_token).aud).toBe(api)
    const both = await make({ resource: [api, files, 'https://gone.example'] })
    expect(claimsOf((await ask(both)).body.access_token).aud).toEqual([api, files])
    expect(claimsOf((await ask(both, { resource: files })).body.access_token).aud).toBe(files)
    // The response says what was granted, which no other response does.
    expect((await ask(both)).body.resource).toEqual([api, files])
    expect((await ask(both, { resource: files })).body.resource).toBe(files)
    expect((await ask(await make())).body).not.toHaveProperty('resource')
    expectJsonError(await ask(await make({ resource: api }), { resource: files }), 400, 'invalid_target')
    expectJsonError(await ask(await make({ resource: 'https://elsewhere.example' })), 400, 'invalid_target')
  })
})

test('a request cannot add authorization details that the ID-JAG does not have (I09)', async () => {
  const { make, ask } = await assertionWorld({ entry: { profile }, features: [rar()] })
  const answer = await ask(await make(), { authorization_details: text(payment()) })
  expectJsonError(answer, 400, 'invalid_authorization_details')
  expectJsonError(await ask(await make({ authorization_details: [payment()] })), 400, 'invalid_grant')
})

describe('an ID-JAG that is bound to a key (I11)', () => {
  const hash = (key: string) => createHash('sha256').update(key).digest('base64url')
  const createKey = () => randomBytes(32).toString('base64url')

  async function start() {
    const { world, client, make } = await assertionWorld({ entry: { profile }, features: [keyHeader()] })
    const ask = (assertion: string, key?: string) => {
      const { headers, form } = credentials(client)
      const body = { ...form, grant_type: jwtBearerName, assertion }
      return post(world, '/oauth2/token', body, { ...headers, ...(key !== undefined && { 'key-header': key }) })
    }
    return { world, make, ask }
  }

  test('an ID-JAG with cnf needs the proof of that key, and the token is bound to the same key (I11)', async () => {
    const { world, make, ask } = await start()
    const key = createKey()
    const assertion = await make({ cnf: { kh: hash(key) } })
    for (const wrong of [undefined, createKey()]) expectJsonError(await ask(assertion, wrong), 400, 'invalid_grant')
    const { status, body, headers } = await ask(assertion, key)
    expect([status, body.token_type, headers.has('key-header-nonce')]).toEqual([200, 'KeyHeader', true])
    const verified = await world.provider.verifyAccessToken(body.access_token)
    expect(verified?.extra?.cnf).toEqual({ kh: hash(key) })
  })

  test('without cnf in the ID-JAG, a proof binds the token (I11)', async () => {
    const { make, ask } = await start()
    expect((await ask(await make(), createKey())).body.token_type).toBe('KeyHeader')
    expect((await ask(await make())).body.token_type).toBe('Bearer')
  })

  test('a resource that demands bound tokens refuses an ID-JAG without a proof as invalid_grant (I11)', async () => {
    const { world, client, make, ask } = await assertionWorld({
      entry: { profile },
      features: [dpop({ requiredForResources: [api] })],
    })
    expectJsonError(await ask(await make({ resource: api })), 400, 'invalid_grant')
    const form = { grant_type: jwtBearerName, assertion: await make({ resource: api }) }
    const { status, body } = await postWithProof(world, client, form, await makeProof(world))
    expect([status, body.token_type]).toEqual([200, 'DPoP'])
    expect((await ask(await make({ resource: files }))).body.token_type).toBe('Bearer')
  })

  test('an ID-JAG that is bound to a certificate needs the connection with it (I11)', async () => {
    const { world, client, make } = await assertionWorld({
      entry: { profile },
      features: [mutualTls({ clientCertificate: readPresented })],
      client: { tls_client_certificate_bound_access_tokens: true },
    })
    const [own, other] = [certificateIn(world, 'own'), certificateIn(world, 'other')]
    const cnf = { 'x5t#S256': createHash('sha256').update(own.der).digest('base64url') }
    const form = { grant_type: jwtBearerName, assertion: await make({ cnf }) }
    expectJsonError(await postOver(world, client, over(other), form), 400, 'invalid_grant')
    const { status, body } = await postOver(world, client, over(own), form)
    expect([status, (await world.provider.verifyAccessToken(body.access_token))?.extra?.cnf]).toEqual([200, cnf])
  })

  test('a binding of an ID-JAG that this server does not know is refused and does not become a bearer token (I11)', async () => {
    const { make, ask } = await start()
    const key = createKey()
    for (const cnf of [{ jkt: 'x' }, { kh: hash(key), jkt: 'x' }, { jwk: {} }, {}, 'x', null, []]) {
      expectJsonError(await ask(await make({ cnf }), key), 400, 'invalid_grant')
    }
  })
})
