import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { describe, expect, test } from 'vitest'
import { type Answer, redirectUri, registerPublic } from '../support/client.ts'
import { assertionClaims, clientKey, keysWorld, postWith, registerWithKey, signJwt } from '../support/client-keys.ts'
import { ask, expectErrorRedirect, expectJsonError, send } from '../support/expectations.ts'
import { encodeJson } from '../support/keys.ts'
import { configure, fromOwnPage, register, registrationWorld } from '../support/registration.ts'
import { startRemote } from '../support/remote.ts'
import { requestObjectWorld } from '../support/request-objects.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { baseUrl, createWorld, type World } from '../support/world.ts'

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
const deep = nested(25_000)
const nestedObjects = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

const key = '{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"'

function quiet(world: World): void {
  expect(world.events.filter(({ type }) => type === 'request.failed')).toEqual([])
}

describe('JSON that is nested or large is refused before it is read (G28)', () => {
  test.each<[string, string]>([
    ['25,000 lists in a key', `{"redirect_uris":["${redirectUri}"],"jwks":{"keys":[${key},"more":${deep}}]}}`],
    [
      'as many lists as fit into a body',
      `{"redirect_uris":["${redirectUri}"],"jwks":{"keys":[${key},"more":${nested(32_000)}}]}}`,
    ],
    ['lists in a member that nobody knows', `{"redirect_uris":["${redirectUri}"],"more":${deep}}`],
    ['nested objects', `{"redirect_uris":["${redirectUri}"],"more":${nestedObjects(5000)}}`],
    ['a list as the body', deep],
    ['30,000 elements', `{"redirect_uris":["${redirectUri}"],"more":[${'1,'.repeat(30_000)}1]}`],
  ])('registration refuses %s (G28)', async (_name, body) => {
    const world = registrationWorld({ features: [privateKeyJwt()], storage: keysWorld().storage })
    const answer = await register(world, body, fromOwnPage(world))
    expectJsonError(answer, 400, 'invalid_request')
    expect(answer.body.error_description).toMatch(/^the body is too large: JSON (is nested|has) more than/)
    expect(await world.storage.clients.list({ limit: 1 })).toEqual([])
    quiet(world)
  })

  test('sixteen levels are read, brackets in strings are not counted (G28)', async () => {
    const world = registrationWorld()
    const client_name = `${'['.repeat(40)}\\"{[\\\\`
    const body = `{"redirect_uris":["${redirectUri}"],"client_name":"${client_name}","more":${nested(15)}}`
    const answer = await register(world, body, fromOwnPage(world))
    expect([answer.status, answer.body.client_name]).toEqual([201, `${'['.repeat(40)}"{[\\`])
  })

  test('RFC 7592 and the routes of users and administrators refuse nested JSON (G28)', async () => {
    const world = registrationWorld({ authorizeAdmin: () => true })
    const { body: client } = await register(world, { redirect_uris: [redirectUri] }, fromOwnPage(world))
    const update = `{"client_id":"${client.client_id}","client_name":"x","more":${deep}}`
    expectJsonError(await configure(world, client, 'PUT', update), 400, 'invalid_request')
    for (const path of ['/oauth2/create-client', '/oauth2/update-client', '/admin/oauth2/update-client']) {
      const answer: Answer = await send(world, world.issuer + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...fromOwnPage(world) },
        body: `{"client_id":"${client.client_id}","update":${update}}`,
      })
      expect([path, answer.status < 500, answer.status >= 400]).toEqual([path, true, true])
    }
    quiet(world)
  })

  test('the claims parameter goes back to the client as invalid_request (G28)', async () => {
    const world = createWorld()
    const client = await registerPublic(world)
    const claims = `{"userinfo":{"email":{"value":${nested(3000)}}}}`
    expectErrorRedirect(world, await ask(world, client, { claims }), redirectUri, 'invalid_request')
    quiet(world)
  })

  test('the claims and the header of a request object are refused when they are nested (G28)', async () => {
    const { world, client, key: signer, ask: authorize, claims } = await requestObjectWorld()
    const made = await signJwt(
      signer.privateKey,
      { alg: signer.algorithm, kid: signer.kid },
      {
        ...claims(),
        claims: JSON.parse(nested(1000)),
      },
    )
    const [header, payload, signature] = made.split('.')
    const oddHeader = Buffer.from(`{"alg":"ES256","more":${nested(2000)}}`).toString('base64url')
    for (const request of [made, `${oddHeader}.${payload}.${signature}`]) {
      const response = await authorize({ request, redirect_uri: redirectUri })
      expectErrorRedirect(world, response, redirectUri, 'invalid_request_object')
    }
    expect(header).toBeDefined()
    expect(client).toBeDefined()
    quiet(world)
  })

  test('a nested client assertion is refused (G28)', async () => {
    const world = keysWorld()
    const signer = await clientKey()
    const client = await registerWithKey(world, signer)
    const claims = assertionClaims(world, client.client_id, { more: JSON.parse(nested(1000)) })
    const made = await signJwt(signer.privateKey, { alg: signer.algorithm, kid: signer.kid }, claims)
    expectJsonError(await postWith(world, made), 401, 'invalid_client')
    quiet(world)
  })

  test('a nested id_token_hint hints at nobody (G28)', async () => {
    for (const options of [{}, { disableJwtPlugin: true, validAudiences: undefined }] as const) {
      const world = createWorld(options)
      const client = await registerPublic(world)
      const hint = `${encodeJson({ alg: 'RS256' })}.${Buffer.from(`{"aud":${deep}}`).toString('base64url')}.AAAA`
      const response = await ask(world, client, { id_token_hint: hint, prompt: 'none' })
      expectErrorRedirect(world, response, redirectUri, 'login_required')
      quiet(world)
    }
  })

  test.each<[string, string]>([
    ['a key set', `{"keys":[${key},"kid":"key-1","more":${nested(60_000)}}]}`],
    ['a large one', `{"keys":[${`${key}},`.repeat(2000)}${key}}]}`],
  ])('a document behind a jwks_uri is refused with %s (G28)', async (_name, text) => {
    const remote = await startRemote()
    const world = keysWorld({}, { dangerouslyAllowPrivateAddresses: true })
    const signer = await clientKey()
    const client = await registerWithKey(world, signer, { jwks_uri: `${remote.origin}/jwks` })
    remote.serveText('/jwks', 'application/json', text)
    const made = await signJwt(signer.privateKey, { alg: 'ES256' }, assertionClaims(world, client.client_id))
    expectJsonError(await postWith(world, made), 401, 'invalid_client')
    quiet(world)
  })

  test('a nested document behind a sector_identifier_uri is refused (G28)', async () => {
    const remote = await startRemote()
    const world = createQuickWorld({
      dangerouslyAllowPrivateAddresses: true,
      pairwiseSecret: 'a-pairwise-secret-for-tests-0123456789',
    })
    remote.serveText('/sector', 'application/json', nested(60_000))
    const registered = world.provider.registerClient({
      redirect_uris: [redirectUri],
      subject_type: 'pairwise',
      sector_identifier_uri: `${remote.origin}/sector`,
    })
    await expect(registered).rejects.toThrow('sector_identifier_uri cannot be fetched')
  })

  test('the server side registers nothing deep, nor what contains itself (G28)', async () => {
    const world = createWorld()
    const cycle: { self?: unknown } = {}
    cycle.self = cycle
    for (const metadata of [{ more: JSON.parse(nested(25_000)) }, cycle]) {
      const registered = world.provider.registerClient({ redirect_uris: [redirectUri], metadata: metadata as never })
      await expect(registered).rejects.toThrow('invalid_client_metadata: metadata: is nested too deeply')
    }
    expect(await world.storage.clients.list({ limit: 1 })).toEqual([])
  })

  test('a nested consent that is posted as JSON is refused (G28)', async () => {
    const world = createWorld()
    const answer = await send(world, `${world.issuer}/oauth2/consent`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: baseUrl, accept: 'application/json' },
      body: `{"state":"x","accept":${deep}}`,
    })
    expectJsonError(answer, 400, 'invalid_request')
    quiet(world)
  })
})
