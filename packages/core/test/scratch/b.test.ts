import { dpop } from '@oauth/core/features/dpop'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { expect, test } from 'vitest'
import { createPkce, registerConfidential, registerPublic, authorizeUrl, redirectUri, post, postAs, authorize, exchangeCode } from '../support/client.ts'
import { authorizeForProof, dpopWorld, makeProof, postWithProof, proofKey, refreshWithProof, userinfoAs, userinfoWith } from '../support/dpop.ts'
import { answerTo, authorizeWith, push, pushed, pushWorld, requestOf, isStored } from '../support/pushed-requests.ts'
import { requestObjectWorld } from '../support/request-objects.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { createWorld, alice, bob } from '../support/world.ts'

const log = (...x: unknown[]) => console.log(...x)

test('resolver bypass', async () => {
  let answer: any
  const world = pushWorld({}, { requestUriResolver: () => answer })
  const client = await registerConfidential(world, { require_pushed_authorization_requests: true })
  answer = requestOf(client, createPkce(), { scope: 'openid' })
  const b = world.browser()
  const r1 = await b.request(`${world.issuer}/oauth2/authorize?client_id=${client.client_id}&request_uri=urn:x`)
  log('with id', r1.status, r1.headers.get('location'))
  const r2 = await b.request(`${world.issuer}/oauth2/authorize?request_uri=urn:x`)
  log('without id', r2.status, r2.headers.get('location'))
  const r3 = await b.request(`${world.issuer}/oauth2/authorize?client_id=${client.client_id}&request_uri=urn:ietf:params:oauth:request_uri:x`)
  log('own prefix', r3.status, r3.headers.get('location'))
  const w2 = pushWorld({required: true}, { requestUriResolver: () => answer, storage: world.storage })
  const r4 = await w2.browser().request(`${world.issuer}/oauth2/authorize?request_uri=urn:x`)
  log('required', r4.status, r4.headers.get('location'))
})

test('prompt=none, repeated use, account switch, denial', async () => {
  const world = pushWorld()
  const client = await registerConfidential(world)
  const p = await pushed(world, client, { prompt: 'none' })
  const b = world.browser()
  log('none1', (await b.request(p.url)).headers.get('location'))
  log('none2', (await b.request(p.url)).status)
  // remembered consent, 50 concurrent
  const b2 = world.browser()
  await answerTo(b2, (await pushed(world, client)).url)
  const q = await pushed(world, client)
  const rs = await Promise.all(Array.from({ length: 50 }, () => b2.request(q.url)))
  const tally: Record<string, number> = {}
  for (const r of rs) { const k = r.status + ' ' + (r.headers.get('location')?.replace(/code=[^&]+/, 'code=X') ?? (await r.text()).slice(0, 0)); tally[k] = (tally[k] ?? 0) + 1 }
  log(tally)
})

test('push with request object; many orders', async () => {
  for (const features of [[pushedAuthorizationRequests(), jwtSecuredRequests({ outsideParameters: 'merged' })], [jwtSecuredRequests({ outsideParameters: 'merged', required: true }), pushedAuthorizationRequests(), dpop()]]) {
    const { world, client, sign } = await requestObjectWorld({}, {}, { features })
    const r = await postAs(world, client, '/oauth2/par', { client_id: client.client_id, request: await sign(), scope: 'openid notes:write', dpop_jkt: 'z'.repeat(43), state: 'out' })
    log(r.status, r.body)
    const url = authorizeWith(world, client, r.body.request_uri, { scope: 'notes:write' })
    log(String(await answerTo(world.browser(), url).catch(String)).slice(0, 200))
    const r2 = await postAs(world, client, '/oauth2/par', { client_id: client.client_id, request: await sign({ dpop_jkt: { a: 1 } } as any) })
    log(r2.status, r2.body)
    const r3 = await postAs(world, client, '/oauth2/par', { client_id: client.client_id, request: await sign({ state: 'a\u0000b' } as any) })
    log(r3.status, r3.body)
    const r4 = await postAs(world, client, '/oauth2/par', { client_id: client.client_id, request: await sign({ resource: ['https://api.example.com', 'https://files.example.com/v1'], scope: 'openid' } as any) })
    log(r4.status, r4.body)
    if (r4.status === 201) log(String(await answerTo(world.browser(), authorizeWith(world, client, r4.body.request_uri)).catch(String)).slice(0, 200))
  }
})

test('CORS at par', async () => {
  const world = createQuickWorld({ features: [pushedAuthorizationRequests(), dpop({ requireNonce: true })] })
  const origin = 'https://app.example.com'
  const pre = await world.provider.fetch(new Request(world.issuer + '/oauth2/par', { method: 'OPTIONS', headers: { origin } }))
  log(Object.fromEntries(pre.headers))
  const client = await registerPublic(world)
  const r = await post(world, '/oauth2/par', requestOf(client, createPkce()), { origin, dpop: await makeProof(world, { claims: { htu: world.issuer + '/oauth2/par' } }) })
  log(r.status, Object.fromEntries(r.headers), r.body)
  const evil = await post(world, '/oauth2/par', requestOf(client, createPkce()), { origin: 'https://evil.example', dpop: 'x' })
  log(evil.status, Object.fromEntries(evil.headers), evil.body)
  for (const m of ['GET', 'HEAD', 'PUT', 'DELETE']) { const x = await world.provider.fetch(new Request(world.issuer + '/oauth2/par', { method: m })); log(m, x.status, x.headers.get('allow')) }
})

test('odd jwks', async () => {
  const world = dpopWorld({ signingAlgorithms: ['ES256', 'EdDSA', 'Ed25519', 'PS256', 'RS256'] })
  const client = await registerPublic(world, { grant_types: ['authorization_code'] })
  const key = await proofKey()
  const { kid: _, ...jwk } = key.publicJwk as any
  const cases: Record<string, any> = {
    ext: { ...jwk, ext: true, key_ops: ['verify'], alg: 'RS256', use: 'sig' }, useEnc: { ...jwk, use: 'enc' }, x5c: { ...jwk, x5c: ['a'], jku: 'http://x', x5u: 1 },
    pad: { ...jwk, x: jwk.x + '=' }, pad2: { ...jwk, x: jwk.x + '==' }, crv: { ...jwk, crv: 'P-384' }, num: { ...jwk, x: 5 }, nul: null, arr: [jwk], str: 'x', proto: JSON.parse(JSON.stringify({ ...jwk }).replace('{', '{"__proto__":{"d":"x"},')), dnull: { ...jwk, d: null }, okp: { kty: 'OKP', crv: 'Ed25519', x: jwk.x }, kidlong: { ...jwk, kid: 'a'.repeat(300) }, key_ops_sign: { ...jwk, key_ops: ['sign'] }, empty: {}, zero: { ...jwk, x: 'A'.repeat(43), y: 'A'.repeat(43) },
  }
  for (const [n, j] of Object.entries(cases)) {
    const r = await postWithProof(world, client, { grant_type: 'authorization_code', code: 'x', redirect_uri: redirectUri, code_verifier: 'a'.repeat(43) }, await makeProof(world, { header: { jwk: j } }))
    log(n, r.status, r.body.error, r.body.error_description)
  }
  for (const c of [{ iat: 1e308 }, { iat: -1e308 }, { iat: world.clock.now() + 0.5 }, { iat: '1' }, { jti: '' }, { jti: 'x'.repeat(5000) }, { jti: '\u0000' }, { jti: '\ud800' }, { jti: ['a'] }, { exp: null }, { exp: 1e308 }, { nbf: -1 }, { exp: '9' }, { ath: 5 }, { nonce: { a: 1 } }, { htu: [`${world.issuer}/oauth2/token`] }, { htu: `${world.issuer}/oauth2/token?a@b` }, { htu: `${world.issuer}/oauth2/token#@` }, { htu: `${world.issuer.replace('https', 'HTTPS')}/oauth2/./token` }, { htu: `${world.issuer}/oauth2/tok%65n` }, { htu: `${world.issuer}/oauth2/token/` }, { htu: `${world.issuer}/oauth2/token%2F` }, { htu: `${world.issuer}/oauth2/x/../token` }, { htu: `${world.issuer}/oauth2/x/%2e%2e/token` }, { htu: ` ${world.issuer}/oauth2/token` }, { htu: `${world.issuer}/oauth2/token\n` }, { htu: 'https://id.example.com:443/auth/oauth2/token' }, { htu: 'https://id.example.com./auth/oauth2/token' }, { htu: 'https://ｉd.example.com/auth/oauth2/token' }, { htu: 'https:id.example.com/auth/oauth2/token' }, { htu: 'https:///id.example.com/auth/oauth2/token' }, { htu: '//id.example.com/auth/oauth2/token' }, { htu: '' }, { htu: undefined }, { htm: 'post' }]) {
    const r = await postWithProof(world, client, { grant_type: 'authorization_code', code: 'x', redirect_uri: redirectUri, code_verifier: 'a'.repeat(43) }, await makeProof(world, { claims: c }))
    log(JSON.stringify(c).slice(0, 90), r.status, r.body.error, r.body.error_description.slice(0, 70))
  }
})
