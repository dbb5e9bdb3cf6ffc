import { createHash, randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { registerClients } from '../src/clients.ts'
import { readSettings } from '../src/settings.ts'
import { type Answer, call, callback, discover } from './client.ts'
import { createScriptedBrowser } from './scripted-browser.ts'
import { type Host, startHost } from './start.ts'

const key = await generateKeyPair('PS256', { extractable: true })
const proofKey = await generateKeyPair('ES256', { extractable: true })
const clientId = 'suite-client-1'

/** The file that `CLIENTS` names has such clients: those of the suite's configuration, with their public keys. */
const client = {
  client_id: clientId,
  redirect_uris: [callback],
  token_endpoint_auth_method: 'private_key_jwt',
  grant_types: ['authorization_code', 'refresh_token'],
  scope: 'openid email offline_access',
  jwks: { keys: [{ ...(await exportJWK(key.publicKey)) }] },
} as const

async function post(host: Host, url: string, form: Readonly<Record<string, string>>, headers = {}): Promise<Answer> {
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: clientId, sub: clientId, aud: host.issuer, iat: now, exp: now + 60, jti: randomUUID() }
  const assertion = await new SignJWT(claims).setProtectedHeader({ alg: 'PS256' }).sign(key.privateKey)
  const body = new URLSearchParams({
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    ...form,
  })
  return call(host, 'POST', url, { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body.toString())
}

async function proofFor(url: string): Promise<{ readonly dpop: string }> {
  const jwk = await exportJWK(proofKey.publicKey)
  const claims = { htm: 'POST', htu: url, iat: Math.floor(Date.now() / 1000), jti: randomUUID() }
  const header = { alg: 'ES256', typ: 'dpop+jwt', jwk }
  return { dpop: await new SignJWT(claims).setProtectedHeader(header).sign(proofKey.privateKey) }
}

const verifier = randomUUID() + randomUUID()
const parameters = {
  client_id: clientId,
  response_type: 'code',
  redirect_uri: callback,
  scope: 'openid email',
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
}

describe.each([
  ['fapi2', { PROFILE: 'fapi2' }],
  ['fapi2-messages', { PROFILE: 'fapi2-messages', SIGNED: 'requests' }],
])('the conformance host with the profile %s', (profile, env) => {
  let host: Host
  beforeAll(async () => {
    host = await startHost('https', {}, env)
    await registerClients(host.provider, [client])
    await registerClients(host.provider, [client])
  })
  afterAll(() => host.stop())

  test(`a client of the file signs a user in with the profile ${profile}, and gets bound tokens`, async () => {
    const metadata = await discover(host)
    expect(metadata).toMatchObject({
      require_pushed_authorization_requests: true,
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
      id_token_signing_alg_values_supported: ['PS256', 'ES256', 'EdDSA'],
    })
    const now = Math.floor(Date.now() / 1000)
    const claims = { ...parameters, iss: clientId, aud: host.issuer, nbf: now, exp: now + 60 }
    const request = await new SignJWT(claims).setProtectedHeader({ alg: 'PS256' }).sign(key.privateKey)
    const plain = await post(host, metadata.pushed_authorization_request_endpoint, parameters)
    expect(plain.status).toBe(profile === 'fapi2' ? 201 : 400)
    const form = profile === 'fapi2' ? parameters : { client_id: clientId, request }
    const pushed = await post(host, metadata.pushed_authorization_request_endpoint, form)
    expect(pushed.status).toBe(201)
    const browser = createScriptedBrowser(host.ca)
    const query = new URLSearchParams({ client_id: clientId, request_uri: pushed.body.request_uri })
    const page = await browser.open(`${metadata.authorization_endpoint}?${query}`, callback)
    const consent = await browser.press(page, 'submit', { login: 'alice', password: 'alice-password' }, callback)
    const { url } = await browser.press(consent, 'accept', {}, callback)
    expect(url.searchParams.get('iss')).toBe(host.issuer)
    const code = { grant_type: 'authorization_code', code: url.searchParams.get('code') ?? '', redirect_uri: callback }
    const redemption = { ...code, code_verifier: verifier }
    const { token_endpoint } = metadata
    expect((await post(host, token_endpoint, redemption)).body.error).toBe('invalid_request')
    const { status, body } = await post(host, token_endpoint, redemption, await proofFor(token_endpoint))
    expect([status, body.token_type]).toEqual([200, 'DPoP'])
  })

  test(`the report of the host with the profile ${profile} has nothing that is not met`, async () => {
    const wrong: string[] = []
    for await (const finding of host.provider.conformanceReport('fapi2')) {
      if (finding.status === 'not met') wrong.push(finding.rule)
    }
    expect(wrong).toEqual([])
  })
})

test.each([
  [{ PROFILE: 'fapi1' }, 'PROFILE is one of oidc, fapi2, fapi2-messages, not "fapi1".'],
  [{ CLIENT_AUTH: 'secret' }, 'CLIENT_AUTH is one of private_key_jwt'],
  [{ SENDER_CONSTRAIN: 'none' }, 'SENDER_CONSTRAIN is one of dpop'],
  [{ SIGNED: 'requests everything' }, 'SIGNED is one of requests'],
])('the variables %o are refused with what is possible', (env, problem) => {
  expect(() => readSettings(env)).toThrow(problem)
})
