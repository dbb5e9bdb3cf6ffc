import { randomBytes } from 'node:crypto'
import type { SubjectTokenIssuer } from '@oauth/core/features/token-exchange'
import { SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { exchangeForm, exchangeOfApis, files } from '../../support/access-token-exchange.ts'
import { idp, makeAssertion } from '../../support/assertions.ts'
import { claimsOf, isActive, postAs } from '../../support/client.ts'
import { clientKey } from '../../support/client-keys.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { type } from '../../support/token-exchange.ts'
import { introspect } from '../../support/tokens.ts'
import { alice, bob, issuer } from '../../support/world.ts'
import { keyHeader } from '../key-header.ts'

type Loose = Readonly<Record<string, unknown>>

/** The APIs of a server that trusts an identity provider, which knows Alice as `U-alice`. */
async function foreignExchange(entry: Loose = {}, more: Parameters<typeof exchangeOfApis>[0] = {}) {
  const { publicJwk } = await clientKey('ES256', 'idp-1')
  const trusted = {
    issuer: idp,
    jwks: { keys: [publicJwk] },
    mapSubject: ({ sub }: Loose) => (sub === 'U-alice' ? { userId: alice.id, scope: ['notes:read'] } : undefined),
    ...entry,
  } as SubjectTokenIssuer
  const made = await exchangeOfApis({ ...more, options: { issuers: [trusted] } })
  const { world, orders } = made
  const make = (claims: Loose = {}, header: Loose = {}) => makeAssertion(world, orders, claims, header)
  const ask = (subject_token: string, form: Readonly<Record<string, string>> = {}) =>
    postAs(world, orders, '/oauth2/token', exchangeForm(subject_token, { subject_token_type: type('jwt'), ...form }))
  return { ...made, make, ask }
}

describe('a JWT of a trusted issuer becomes an access token', () => {
  test('the new token is about the user that mapSubject finds, with the actor, and no more than mapSubject says (X13)', async () => {
    const { world, filesApi, make, ask, seen } = await foreignExchange()
    const now = world.clock.now()
    const { status, body } = await ask(await make({ exp: now + 120, jti: 'token-1' }))
    expect([status, body.scope, body.expires_in]).toEqual([200, 'notes:read', 120])
    const says = { sub: alice.id, client_id: 'orders-api', aud: files, act: { sub: 'orders-api' }, exp: now + 120 }
    expect(claimsOf(body.access_token)).toMatchObject(says)
    expect((await introspect(world, filesApi, body.access_token)).body).toMatchObject({ active: true, ...says })
    expect(seen.at(-1)?.subjectToken).toEqual({
      ...{ type: 'jwt', id: 'token-1', issuer: idp, scope: ['notes:read'], resources: [], keyNotProved: false },
    })
    expect(world.events).toContainEqual(
      expect.objectContaining({ type: 'token.exchanged', subjectTokenId: 'token-1', subjectIssuer: idp }),
    )
    expectJsonError(await ask(await make(), { scope: 'notes:write' }), 400, 'invalid_scope')
  })

  test('an ID token of the issuer is a JWT for the client id that this server has there (X13)', async () => {
    const { make, ask } = await foreignExchange({ audiences: ['our-client-there'] })
    const form = { subject_token_type: type('id_token') }
    expect((await ask(await make({ aud: 'our-client-there' }), form)).status).toBe(200)
    expectJsonError(await ask(await make(), form), 400, 'invalid_request')
    expectJsonError(await ask(await make({ aud: ['our-client-there', 'other'] }), form), 400, 'invalid_request')
  })

  test('the new token hangs on a grant of its own, which the user can end; a token from before does not bring it back (X13, X14)', async () => {
    const { world, make, ask } = await foreignExchange()
    const early = await make()
    const { access_token } = (await ask(early)).body
    const apps = await world.provider.listConnectedApps(alice.id)
    expect(apps.find(({ clientId }) => clientId === 'orders-api')?.via).toEqual(['tokenExchange'])
    world.clock.advance(60)
    await world.provider.revokeUserGrants(alice.id)
    expect(await isActive(world, access_token)).toBe(false)
    expectJsonError(await ask(early), 400, 'invalid_request')
    world.clock.advance(60)
    expect((await ask(await make())).status).toBe(200)
  })

  test('may_act of a foreign token is held to: its sub is one of that issuer unless it names ours (X10, X13)', async () => {
    const { world, make, ask } = await foreignExchange()
    expectJsonError(await ask(await make({ may_act: { sub: 'orders-api' } })), 400, 'invalid_request')
    expectJsonError(await ask(await make({ may_act: { sub: 'files-api', iss: world.issuer } })), 400, 'invalid_request')
    expectJsonError(await ask(await make({ may_act: 'orders-api' })), 400, 'invalid_request')
    expect((await ask(await make({ may_act: { sub: 'orders-api', iss: world.issuer } }))).status).toBe(200)
  })
})

describe('foreign subject tokens that are refused', () => {
  test.each<[string, Loose, Loose?]>([
    ['of an unknown issuer', { iss: 'https://elsewhere.example' }],
    ['for another server', { aud: 'https://elsewhere.example' }],
    ['that has expired', { exp: 1 }],
    ['without exp', { exp: undefined }],
    ['that lives for a year', { exp: 4_000_000_000 }],
    ['without a subject', { sub: undefined }],
    ['about nobody here', { sub: 'U-mallory' }],
    ['that somebody acts with', { act: { sub: 'x' } }],
    ['with authorization details', { authorization_details: [] }],
    ['bound in an unknown way', { cnf: { unknown: 'x' } }],
    ['that is an access token there', {}, { typ: 'at+jwt' }],
    ['that is an ID-JAG', { client_id: 'orders-api' }, { typ: 'oauth-id-jag+jwt' }],
    ['that is a logout token', {}, { typ: 'logout+jwt' }],
  ])('a subject token %s is invalid_request, with one answer for all (X05, X13)', async (_, claims, header) => {
    const { make, ask } = await foreignExchange()
    const answer = await ask(await make(claims, header))
    expectJsonError(answer, 400, 'invalid_request')
    expect(answer.body.error_description).toBe('the subject_token is invalid, expired or revoked')
  })

  test('a JWT that another key signed, or a text that is none, is invalid_request (X13)', async () => {
    const { world, subject, ask } = await foreignExchange()
    const other = await clientKey('ES256', 'mallory')
    const now = world.clock.now()
    const forged = await new SignJWT({ iss: idp, sub: 'U-alice', aud: world.issuer, exp: now + 60 })
      .setProtectedHeader({ alg: 'ES256', kid: 'idp-1' })
      .sign(other.privateKey)
    for (const token of [forged, 'x', subject]) expectJsonError(await ask(token), 400, 'invalid_request')
  })

  test('a bound foreign token needs its key or the policy (X12, X13)', async () => {
    const { make, ask, answers } = await foreignExchange({}, { world: { features: [keyHeader()] } })
    const bound = await make({ cnf: { kh: randomBytes(32).toString('base64url') } })
    expectJsonError(await ask(bound), 400, 'invalid_request')
    answers.decision = { mode: 'delegation', resources: [files], withoutSubjectKey: true }
    expect((await ask(bound)).status).toBe(200)
  })

  test.each<[string, unknown]>([
    ['true', true],
    ['no user id', {}],
    ['a user id that is no text', { userId: 7 }],
    ['a scope that is no list', { userId: bob.id, scope: 'notes:read' }],
    ['an unknown resource', { userId: bob.id, resources: ['https://elsewhere.example'] }],
    ['a misspelt member', { userId: bob.id, scopes: [] }],
  ])('mapSubject that answers with %s is a fault of the server (X13)', async (_, answer) => {
    const { make, ask } = await foreignExchange({ mapSubject: () => answer })
    expectJsonError(await ask(await make()), 500, 'server_error')
  })

  test('without trusted issuers the types of their tokens are not supported (X03, X13)', async () => {
    const { ask } = await exchangeOfApis()
    for (const name of ['jwt', 'id_token', 'saml1', 'saml2']) {
      expectJsonError(await ask({ subject_token_type: type(name) }), 400, 'invalid_request')
    }
  })

  test.each<[string, Loose, string]>([
    ['no keys', { jwks: undefined }, 'issuers.0 needs either jwks or jwksUri'],
    ['this server itself', { issuer }, 'issuers.0 is this server itself'],
    ['keys at an address inside', { jwks: undefined, jwksUri: 'https://10.0.0.1/jwks' }, 'issuers.0.jwksUri'],
    ['no mapSubject', { mapSubject: undefined }, 'mapSubject'],
  ])('tokenExchange refuses to start with an issuer that has %s (X13)', async (_, entry, message) => {
    await expect(foreignExchange(entry)).rejects.toThrow(message)
  })
})
