import { createHash, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClientInput } from '@oauth/core'
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeCertificate } from '../../../packages/core/test/support/certificates.ts'
import { registerClients } from '../src/clients.ts'
import { readSettings } from '../src/settings.ts'
import { type Answer, call, callback, discover } from './client.ts'
import { createScriptedBrowser } from './scripted-browser.ts'
import { type Host, startHost } from './start.ts'

const key = await generateKeyPair('PS256', { extractable: true })
const proofKey = await generateKeyPair('ES256', { extractable: true })
const clientId = 'suite-client-1'

const authority = makeCertificate('Authority of the suite', { isAuthority: true })
const certificateOfClient = makeCertificate('suite', { issuer: authority })
const certificate = { cert: certificateOfClient.pem, key: certificateOfClient.privateKeyPem }
const folder = mkdtempSync(join(tmpdir(), 'conformance-ca-'))
const authorityFile = join(folder, 'ca.pem')
writeFileSync(authorityFile, authority.pem)
afterAll(() => rmSync(folder, { recursive: true }))

/** What the environment of the host says, and so what a client does. */
interface Variant {
  readonly PROFILE: string
  readonly CLIENT_AUTH?: string
  readonly SENDER_CONSTRAIN?: string
  readonly SIGNED?: string
  readonly AUTHORIZATION_REQUEST_TYPE?: string
  readonly CLIENT_CA?: string
}

const isSigned = ({ PROFILE, SIGNED = 'requests responses introspection' }: Variant, part: string): boolean =>
  PROFILE === 'fapi2-messages' && SIGNED.includes(part)

/** The file that `CLIENTS` names has such clients: those of the suite's configuration, with their public keys. */
async function clientOf(variant: Variant): Promise<ClientInput> {
  return {
    client_id: clientId,
    redirect_uris: [callback],
    ...(variant.CLIENT_AUTH === 'mtls'
      ? { token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_subject_dn: 'CN=suite,O=Example,C=DE' }
      : { token_endpoint_auth_method: 'private_key_jwt' }),
    ...(isSigned(variant, 'responses') && { authorization_signed_response_alg: 'PS256' }),
    ...(isSigned(variant, 'introspection') && { introspection_signed_response_alg: 'PS256' }),
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'openid email offline_access',
    ...((variant.CLIENT_AUTH !== 'mtls' || isSigned(variant, 'requests')) && {
      jwks: { keys: [{ ...(await exportJWK(key.publicKey)) }] },
    }),
  }
}

/** Posts a form as the client: with an assertion, or with its certificate. */
async function post(
  host: Host,
  variant: Variant,
  url: string,
  { headers = {}, proof = false, ...form }: Readonly<Record<string, unknown>> & { readonly proof?: boolean },
): Promise<Answer> {
  const byCertificate = variant.CLIENT_AUTH === 'mtls' || (proof && variant.SENDER_CONSTRAIN === 'mtls')
  const body = new URLSearchParams({
    ...(variant.CLIENT_AUTH === 'mtls' ? { client_id: clientId } : await assertionFor(host.issuer)),
    ...(form as Readonly<Record<string, string>>),
  })
  const caller = { ca: host.ca, certificate: byCertificate ? certificate : undefined }
  const dpop = proof && variant.SENDER_CONSTRAIN !== 'mtls' ? await proofFor(url) : {}
  const all = { 'content-type': 'application/x-www-form-urlencoded', ...dpop, ...(headers as object) }
  return call(caller, 'POST', url, all, body.toString())
}

async function assertionFor(aud: string): Promise<Readonly<Record<string, string>>> {
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: clientId, sub: clientId, aud, iat: now, exp: now + 60, jti: randomUUID() }
  const assertion = await new SignJWT(claims).setProtectedHeader({ alg: 'PS256' }).sign(key.privateKey)
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  }
}

async function proofFor(url: string): Promise<{ readonly dpop: string }> {
  const jwk = await exportJWK(proofKey.publicKey)
  const claims = { htm: 'POST', htu: url, iat: Math.floor(Date.now() / 1000), jti: randomUUID() }
  const header = { alg: 'ES256', typ: 'dpop+jwt', jwk }
  return { dpop: await new SignJWT(claims).setProtectedHeader(header).sign(proofKey.privateKey) }
}

const verifier = randomUUID() + randomUUID()
const details = [{ type: 'account_information', actions: ['read_balances'], identifier: 'DE02' }]

function parametersOf(variant: Variant): Readonly<Record<string, string>> {
  return {
    client_id: clientId,
    response_type: 'code',
    redirect_uri: callback,
    scope: 'openid email',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(isSigned(variant, 'responses') && { response_mode: 'jwt' }),
    ...(variant.AUTHORIZATION_REQUEST_TYPE === 'rar' && { authorization_details: JSON.stringify(details) }),
  }
}

async function requestObjectOf(host: Host, variant: Variant): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const claims = { ...parametersOf(variant), iss: clientId, aud: host.issuer, nbf: now, exp: now + 60 }
  return new SignJWT(claims).setProtectedHeader({ alg: 'PS256' }).sign(key.privateKey)
}

const both = ['tls_client_auth', 'self_signed_tls_client_auth']
const variants: readonly (readonly [Variant, Readonly<Record<string, unknown>>])[] = [
  [{ PROFILE: 'fapi2' }, { token_endpoint_auth_methods_supported: ['private_key_jwt'] }],
  [
    { PROFILE: 'fapi2', CLIENT_AUTH: 'mtls', SENDER_CONSTRAIN: 'mtls', CLIENT_CA: authorityFile },
    { token_endpoint_auth_methods_supported: both, tls_client_certificate_bound_access_tokens: true },
  ],
  [
    { PROFILE: 'fapi2', CLIENT_AUTH: 'mtls', SENDER_CONSTRAIN: 'dpop', CLIENT_CA: authorityFile },
    { token_endpoint_auth_methods_supported: both, dpop_signing_alg_values_supported: expect.any(Array) },
  ],
  [
    { PROFILE: 'fapi2', SENDER_CONSTRAIN: 'mtls' },
    { tls_client_certificate_bound_access_tokens: true, dpop_signing_alg_values_supported: undefined },
  ],
  [
    { PROFILE: 'fapi2', AUTHORIZATION_REQUEST_TYPE: 'rar' },
    { authorization_details_types_supported: ['account_information'] },
  ],
  [
    { PROFILE: 'fapi2-messages', SIGNED: 'requests' },
    { require_signed_request_object: true, response_modes_supported: ['query', 'fragment', 'form_post'] },
  ],
  [
    { PROFILE: 'fapi2-messages', SIGNED: 'requests responses' },
    {
      require_signed_request_object: true,
      response_modes_supported: expect.arrayContaining(['jwt']),
      authorization_signing_alg_values_supported: ['PS256', 'ES256', 'EdDSA'],
      introspection_signing_alg_values_supported: undefined,
    },
  ],
  [
    { PROFILE: 'fapi2-messages', CLIENT_AUTH: 'mtls', SENDER_CONSTRAIN: 'mtls', CLIENT_CA: authorityFile },
    {
      authorization_signing_alg_values_supported: ['PS256', 'ES256', 'EdDSA'],
      introspection_signing_alg_values_supported: ['PS256', 'ES256', 'EdDSA'],
    },
  ],
]

describe.each(variants)('the conformance host with %o', (variant, expected) => {
  let host: Host
  beforeAll(async () => {
    host = await startHost('https', {}, { ...variant })
    await registerClients(host.provider, [await clientOf(variant)])
    await registerClients(host.provider, [await clientOf(variant)])
  })
  afterAll(() => host.stop())

  test('discovery says what the variant is, and no more than FAPI 2.0 allows', async () => {
    const absent = Object.fromEntries(Object.keys(expected).map((name) => [name, undefined]))
    expect({ ...absent, ...(await discover(host)) }).toMatchObject({
      require_pushed_authorization_requests: true,
      id_token_signing_alg_values_supported: ['PS256', 'ES256', 'EdDSA'],
      ...expected,
    })
  })

  test('a client of the file signs a user in, and gets tokens that are bound to its key', async () => {
    const metadata = await discover(host)
    const [par, token] = [metadata.pushed_authorization_request_endpoint, metadata.token_endpoint]
    const plain = await post(host, variant, par, parametersOf(variant))
    const signed = isSigned(variant, 'requests')
    expect(plain.status).toBe(signed ? 400 : 201)
    const pushed = signed ? await post(host, variant, par, { request: await requestObjectOf(host, variant) }) : plain
    expect(pushed.status).toBe(201)
    const browser = createScriptedBrowser(host.ca)
    const query = new URLSearchParams({ client_id: clientId, request_uri: pushed.body.request_uri })
    const page = await browser.open(`${metadata.authorization_endpoint}?${query}`, callback)
    const consent = await browser.press(page, 'submit', { login: 'alice', password: 'alice-password' }, callback)
    const rich = variant.AUTHORIZATION_REQUEST_TYPE === 'rar'
    expect(consent.body.includes('id="authorization_details"')).toBe(rich)
    const { searchParams } = (await browser.press(consent, 'accept', {}, callback)).url
    const response = searchParams.get('response')
    expect(response !== null).toBe(isSigned(variant, 'responses'))
    const answer = response === null ? Object.fromEntries(searchParams) : decodeJwt(response)
    expect(answer.iss).toBe(host.issuer)

    const code = { grant_type: 'authorization_code', code: String(answer.code), redirect_uri: callback }
    const redemption = { ...code, code_verifier: verifier }
    const byCertificate = variant.SENDER_CONSTRAIN === 'mtls'
    if (!byCertificate || variant.CLIENT_AUTH !== 'mtls') {
      expect((await post(host, variant, token, redemption)).body.error).toBe('invalid_request')
    }
    const { status, body } = await post(host, variant, token, { ...redemption, proof: true })
    expect([status, body.token_type]).toEqual([200, byCertificate ? 'Bearer' : 'DPoP'])
    expect(body.authorization_details).toEqual(rich ? details : undefined)

    const inJwt = isSigned(variant, 'introspection')
    const headers = inJwt ? { accept: 'application/token-introspection+jwt' } : {}
    const seen = await post(host, variant, metadata.introspection_endpoint, { token: body.access_token, headers })
    const told = inJwt ? decodeJwt<{ token_introspection: object }>(seen.body).token_introspection : seen.body
    expect(told).toMatchObject({
      active: true,
      cnf: byCertificate ? { 'x5t#S256': certificateOfClient.thumbprint } : { jkt: expect.any(String) },
    })
  })

  test('the report of the host has nothing that is not met', async () => {
    const wrong: string[] = []
    for await (const finding of host.provider.conformanceReport('fapi2')) {
      if (finding.status === 'not met') wrong.push(finding.rule)
    }
    expect(wrong).toEqual([])
  })
})

test('without CLIENT_CA no certificate of an authority authenticates a client', async () => {
  const variant = { PROFILE: 'fapi2', CLIENT_AUTH: 'mtls', SENDER_CONSTRAIN: 'mtls' }
  const host = await startHost('https', {}, variant)
  await registerClients(host.provider, [await clientOf(variant)])
  const { pushed_authorization_request_endpoint } = await discover(host)
  const { status, body } = await post(host, variant, pushed_authorization_request_endpoint, parametersOf(variant))
  expect([status, body.error]).toEqual([401, 'invalid_client'])
  await host.stop()
})

test.each([
  [{ PROFILE: 'fapi1' }, 'PROFILE is one of oidc, fapi2, fapi2-messages, not "fapi1".'],
  [{ CLIENT_AUTH: 'secret' }, 'CLIENT_AUTH is one of private_key_jwt, mtls'],
  [{ SENDER_CONSTRAIN: 'none' }, 'SENDER_CONSTRAIN is one of dpop, mtls'],
  [{ SIGNED: 'requests everything' }, 'SIGNED is one of requests, responses, introspection'],
  [{ AUTHORIZATION_REQUEST_TYPE: 'rich' }, 'AUTHORIZATION_REQUEST_TYPE is one of simple, rar'],
  [{ PROFILE: 'fapi2', CLIENT_AUTH: 'mtls' }, 'mtls needs TLS_KEY and TLS_CERT'],
])('the variables %o are refused with what is possible', (env, problem) => {
  expect(() => readSettings(env)).toThrow(problem)
})
