import type { SubjectTokenIssuer } from '@oauth/core/features/token-exchange'
import { exportSPKI, importJWK } from 'jose'
import { describe, expect, test } from 'vitest'
import { exchangeForm, exchangeOfApis } from '../../support/access-token-exchange.ts'
import { idp, lastCause, makeAssertion } from '../../support/assertions.ts'
import { postAs } from '../../support/client.ts'
import { clientKey, signJwt } from '../../support/client-keys.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { startRemote } from '../../support/remote.ts'
import { type } from '../../support/token-exchange.ts'
import { alice } from '../../support/world.ts'

// Attacks on the signature of a subject token of another issuer: the algorithm, the key and where it comes from.

type Loose = Readonly<Record<string, unknown>>

const partner = 'https://partner.idp.example'

/** A server that trusts two identity providers, each with its own key. Both know a user `U-alice`. */
async function twoIssuers(entry: Loose = {}, world: Loose = {}) {
  const mine = await clientKey('ES256', 'idp-1')
  const theirs = await clientKey('ES256', 'partner-1')
  const mapSubject = ({ sub }: Loose) => (sub === 'U-alice' ? { userId: alice.id, scope: ['notes:read'] } : undefined)
  const issuers = [
    { issuer: idp, jwks: { keys: [mine.publicJwk] }, mapSubject, ...entry },
    { issuer: partner, jwks: { keys: [theirs.publicJwk] }, mapSubject },
  ] as readonly SubjectTokenIssuer[]
  const made = await exchangeOfApis({ options: { issuers }, world })
  const { world: server, orders } = made
  const ask = (subject_token: string) =>
    postAs(server, orders, '/oauth2/token', exchangeForm(subject_token, { subject_token_type: type('jwt') }))
  const make = (claims: Loose = {}, header: Loose = {}) => makeAssertion(server, orders, claims, header)
  const claims = JSON.parse(Buffer.from((await make()).split('.')[1] ?? '', 'base64url').toString()) as Loose
  return { world: server, ask, make, mine, theirs, claims }
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('the signature of a foreign subject token', () => {
  test('alg none, and HS256 under the public key, are refused (X13)', async () => {
    const { world, ask, mine, claims } = await twoIssuers()
    for (const alg of ['none', 'None', '']) {
      for (const end of ['', 'AAAA']) {
        expectJsonError(await ask(`${part({ alg })}.${part(claims)}.${end}`), 400, 'invalid_request')
      }
    }
    const pem = await exportSPKI((await importJWK(mine.publicJwk, 'ES256')) as never)
    for (const secret of [pem, pem.trim(), JSON.stringify(mine.publicJwk)]) {
      const forged = await signJwt(new TextEncoder().encode(secret), { alg: 'HS256', kid: 'idp-1' }, claims)
      expectJsonError(await ask(forged), 400, 'invalid_request')
    }
    expect(lastCause(world)).toMatch('algorithm that is not allowed')
  })

  test('one issuer cannot speak for another: each is verified with its own keys alone (X13)', async () => {
    const { ask, mine, theirs, claims } = await twoIssuers()
    const sign = (key: typeof mine, iss: string, kid = key.kid) =>
      signJwt(key.privateKey, { alg: 'ES256', kid }, { ...claims, iss })
    for (const kid of ['partner-1', 'idp-1']) {
      expectJsonError(await ask(await sign(theirs, idp, kid)), 400, 'invalid_request')
      expectJsonError(await ask(await sign(mine, partner, kid)), 400, 'invalid_request')
    }
    expect((await ask(await sign(theirs, partner))).status).toBe(200)
  })

  test('keys in the header are ignored, and nothing is fetched from there (X13)', async () => {
    const fetched: string[] = []
    const outboundFetch = (request: Request): Promise<Response> => {
      fetched.push(request.url)
      return Promise.resolve(new Response('{}'))
    }
    const { ask, claims } = await twoIssuers({}, { outboundFetch })
    const attacker = await clientKey('ES256', 'attacker')
    for (const header of [
      { jwk: attacker.publicJwk },
      { jku: 'https://evil.example/jwks', kid: 'attacker' },
      { jku: 'http://169.254.169.254/latest/meta-data' },
      { x5u: 'https://evil.example/cert' },
      { kid: '__proto__' },
    ]) {
      const forged = await signJwt(attacker.privateKey, { alg: 'ES256', kid: 'idp-1', ...header }, claims)
      expectJsonError(await ask(forged), 400, 'invalid_request')
    }
    for (const iss of ['http://169.254.169.254', 'https://evil.example', `${idp}/`]) {
      const forged = await signJwt(attacker.privateKey, { alg: 'ES256' }, { ...claims, iss })
      expectJsonError(await ask(forged), 400, 'invalid_request')
    }
    expect(fetched).toEqual([])
  })

  test('a URL of keys that leads elsewhere is not followed (X13)', async () => {
    const remote = await startRemote()
    const { mine } = await twoIssuers()
    remote.serveJson('/inside', { keys: [mine.publicJwk] })
    remote.serve('/jwks', (_, response) => void response.writeHead(302, { location: `${remote.origin}/inside` }).end())
    const entry = { jwks: undefined, jwksUri: `${remote.origin}/jwks` }
    const { ask, make } = await twoIssuers(entry, { dangerouslyAllowPrivateAddresses: true })
    expectJsonError(await ask(await make()), 400, 'invalid_request')
    expect(remote.requests).toContain('/jwks')
    expect(remote.requests).not.toContain('/inside')
  })

  test('the algorithms are pinned by issuer (X13)', async () => {
    const { ask, make } = await twoIssuers({ algorithms: ['RS256'] })
    expectJsonError(await ask(await make()), 400, 'invalid_request')
  })

  test('a forged actor and a forged permission to act change nothing: act is refused, may_act only narrows (X09, X10, X13)', async () => {
    const { world, ask, make } = await twoIssuers()
    for (const act of [{ sub: 'orders-api' }, {}, null, 'x', []]) {
      expectJsonError(await ask(await make({ act })), 400, 'invalid_request')
    }
    for (const may_act of [
      {},
      { sub: ['orders-api'], iss: world.issuer },
      { sub: 'orders-api', iss: [world.issuer] },
      { sub: 'orders-api', iss: world.issuer, client_id: 'x' },
      [{ sub: 'orders-api', iss: world.issuer }],
      null,
      '*',
    ]) {
      expectJsonError(await ask(await make({ may_act })), 400, 'invalid_request')
    }
  })
})
