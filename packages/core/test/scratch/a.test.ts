import { dpop } from '@oauth/core/features/dpop'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { expect, test } from 'vitest'
import { createPkce, registerConfidential, registerPublic, authorizeUrl, redirectUri, post, postAs, authorize, exchangeCode } from '../support/client.ts'
import { authorizeForProof, dpopWorld, makeProof, postWithProof, proofKey, refreshWithProof, userinfoAs, userinfoWith } from '../support/dpop.ts'
import { answerTo, authorizeWith, push, pushed, pushWorld, requestOf, isStored } from '../support/pushed-requests.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { createWorld } from '../support/world.ts'
import { memoryStorage } from '@oauth/core/memory'

const log = (...x: unknown[]) => console.log(...x)

function counting() {
  const calls: string[] = []
  const plain = memoryStorage() as any
  const storage: any = {}
  for (const [n, s] of Object.entries<any>(plain)) {
    storage[n] = typeof s === 'function' ? s : Object.fromEntries(Object.entries<any>(s).map(([v, c]) => [v, (...a: any[]) => { if (n !== 'signingKeys') calls.push(`${n}.${v}` + (n==='records' ? ':' + (a[0]?.kind ?? '') : '')); return c(...a) }]))
  }
  return { storage, calls, take: () => calls.splice(0) }
}

test('A: @ in base url', async () => {
  const world = dpopWorld({}, { baseUrl: 'https://id.example.com/@tenant' })
  const client = await registerConfidential(world)
  const bad = await makeProof(world, { claims: { htu: 'garbage' } })
  const r = await postWithProof(world, client, { grant_type: 'client_credentials' }, bad)
  log('A', r.status, r.body)
  const good = await makeProof(world, { claims: { } })
  log('A', (await postWithProof(world, client, { grant_type: 'client_credentials' }, good)).status)
})

test('C: nonce on errors', async () => {
  const world = dpopWorld({ requireNonce: true })
  const client = await registerPublic(world)
  const first = await postWithProof(world, client, { grant_type: 'authorization_code', code: 'x' }, await makeProof(world))
  const nonce = first.headers.get('dpop-nonce')
  log('C', first.status, first.body, nonce)
  const second = await postWithProof(world, client, { grant_type: 'authorization_code', code: 'x', redirect_uri: redirectUri, code_verifier: 'a'.repeat(43) }, await makeProof(world, { claims: { nonce } }))
  log('C', second.status, second.body, second.headers.get('dpop-nonce'))
  const none = await postWithProof(world, client, { grant_type: 'authorization_code', code: 'x' }, undefined)
  log('C none', none.status, none.body, none.headers.get('dpop-nonce'))
  const stale = await postWithProof(world, client, { grant_type: 'authorization_code', code: 'x' }, await makeProof(world, { claims: { nonce, htm: 'GET' } }))
  log('C htm', stale.status, stale.body, stale.headers.get('dpop-nonce'))
})

test('D: counts', async () => {
  for (const [name, features] of [['none', []], ['par', [pushedAuthorizationRequests()]], ['dpop', [dpop()]], ['dpopfn', [dpop({ requireNonce: () => false })]], ['all', [jwtSecuredRequests(), pushedAuthorizationRequests(), dpop()]]] as const) {
    const c = counting()
    const world = createQuickWorld({ storage: c.storage, features: [...features] as any })
    const client = await registerPublic(world)
    const pkce = createPkce()
    const b = world.browser()
    c.take()
    await b.request(authorizeUrl(world, client, pkce))
    log(name, 'authorize', c.take().join(' '))
    if (name === 'par' || name === 'all') {
      const p = await pushed(world, client)
      log(name, 'push', c.take().join(' '))
      await b.request(p.url)
      log(name, 'authorize pushed', c.take().join(' '))
    }
    const { code, pkce: pk } = await authorize(world, client)
    c.take()
    const proof = name.startsWith('dpop') || name === 'all' ? await makeProof(world) : undefined
    const t = await postWithProof(world, client, { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: pk.verifier }, proof)
    log(name, 'token', t.body.token_type, c.take().join(' '))
    if (proof) { await userinfoAs(world, t.body.access_token) } else await userinfoWith(world, { authorization: `Bearer ${t.body.access_token}` })
    log(name, 'userinfo', c.take().join(' '))
    const rr = await postWithProof(world, client, { grant_type: 'refresh_token', refresh_token: t.body.refresh_token }, proof && await makeProof(world))
    log(name, 'refresh', rr.status, c.take().join(' '))
  }
})

test('E: odd parameter names in a push', async () => {
  const world = createQuickWorld({ features: [pushedAuthorizationRequests(), dpop()] })
  const client = await registerPublic(world)
  const pkce = createPkce()
  for (const extra of ['__proto__=x', 'constructor=1&toString=2', 'state2=%ED%A0%80', 'x=', '=y', 'state3=%00', 'resource=&resource=', 'dpop_jkt=', 'client_assertion=x', 'names=1&parameters=2&take=3']) {
    const form = new URLSearchParams(requestOf(client, pkce) as any).toString() + '&' + extra
    const r = await post(world, '/oauth2/par', form, { dpop: await makeProof(world, { claims: { htu: world.issuer + '/oauth2/par' } }) })
    let end: any
    if (r.status === 201) end = (await answerTo(world.browser(), authorizeWith(world, client, r.body.request_uri)).catch((e) => String(e)))
    log('E', extra, r.status, r.body.error, r.body.error_description, String(end).slice(0, 200))
  }
  // 100 parameters
  const base = new URLSearchParams(requestOf(client, pkce) as any)
  for (let i = 0; base.size < 100; i++) base.append('p' + i, '1')
  const r = await post(world, '/oauth2/par', base.toString(), { dpop: await makeProof(world, { claims: { htu: world.issuer + '/oauth2/par' } }) })
  log('E100', r.status, r.body)
  if (r.status === 201) log(String(await answerTo(world.browser(), authorizeWith(world, client, r.body.request_uri)).catch((e) => String(e))).slice(0, 300))
})

test('M: unbound refresh token upgraded, thief in the window', async () => {
  const world = dpopWorld()
  const client = await registerPublic(world)
  const { body } = await (await authorizeForProof(world, client)).redeemWithoutProof()
  const up = await refreshWithProof(world, client, body.refresh_token, {})
  log('M up', up.status, up.body.token_type)
  const thief = await refreshWithProof(world, client, body.refresh_token, { key: await proofKey('thief') })
  log('M thief', thief.status, thief.body)
  const bearer = await postWithProof(world, client, { grant_type: 'refresh_token', refresh_token: body.refresh_token }, undefined)
  log('M bearer', bearer.status, bearer.body)
})

test('O: process without dpop, client dpop_bound', async () => {
  const world = dpopWorld()
  const client = await registerConfidential(world, { dpop_bound_access_tokens: true })
  const plain = createQuickWorld({ storage: world.storage, beside: world })
  log('O', (await postAs(plain, client, '/oauth2/token', { grant_type: 'client_credentials' })).body)
  const { code, pkce } = await authorize(world, client, { dpop_jkt: 'a'.repeat(43) })
  const x = await exchangeCode(plain, client, { code, pkce } as any)
  log('O code', x.status, x.body)
})

test('K: assertion of private_key_jwt', async () => {})
