import { describe, expect, test } from 'vitest'
import { authorize, claimsOf, exchangeCode, redirectUri, registerConfidential, userinfo } from '../support/client.ts'
import { ask, expectErrorRedirect } from '../support/expectations.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { watchStorage } from '../support/watched-storage.ts'
import { alice } from '../support/world.ts'

const scope = 'openid'
const deep = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

async function start() {
  const { storage, writes } = watchStorage()
  const world = createQuickWorld({ storage })
  const client = await registerConfidential(world)
  const { browser } = await authorize(world, client, { scope })
  writes.length = 0
  return { world, client, browser, writes }
}

describe('the claims parameter (G05)', () => {
  test.each([
    ['no JSON', '{"userinfo":'],
    ['a text', '"userinfo"'],
    ['an array', '[]'],
    ['null', 'null'],
    ['a number', '1'],
    ['nothing but spaces', ' '],
    ['a place that is a text', '{"userinfo":"email"}'],
    ['a place that is an array', '{"id_token":["email"]}'],
    ['a known claim that is a text', '{"userinfo":{"email":"yes"}}'],
    ['a known claim that is an array', '{"userinfo":{"email":[]}}'],
    ['essential that is a text', '{"userinfo":{"email":{"essential":"true"}}}'],
    ['a value that is an object', '{"id_token":{"acr":{"value":{}}}}'],
    ['a value that is deep', `{"id_token":{"sub":{"value":${deep(1000)}}}}`],
    ['values that are no array', '{"id_token":{"acr":{"values":"1"}}}'],
    ['values that are empty', '{"id_token":{"acr":{"essential":true,"values":[]}}}'],
    ['values with an object', '{"id_token":{"acr":{"values":["1",{}]}}}'],
    ['9,000 characters', JSON.stringify({ userinfo: { name: { value: 'x'.repeat(9000) } } })],
    ['100,000 brackets', '['.repeat(100_000)],
  ])('%s is invalid_request at the client, at once, and changes nothing (G05)', async (_name, claims) => {
    const { world, client, browser, writes } = await start()
    const before = performance.now()
    const response = await ask(world, client, { scope, claims }, { browser })
    expect(performance.now() - before).toBeLessThan(1000)
    const answer = expectErrorRedirect(world, response, redirectUri, 'invalid_request')
    expect(answer.get('error_description')).toMatch(/^claims: /)
    expect(writes).toEqual([])
  })

  test.each([
    ['__proto__ as a place', '{"__proto__":{"userinfo":{"email":null}}}'],
    ['__proto__ as a claim', '{"userinfo":{"__proto__":{"essential":true,"email":null}}}'],
    ['__proto__ in a claim', '{"userinfo":{"name":{"__proto__":{"value":"x"}}}}'],
    [
      'constructor, toString, hasOwnProperty',
      '{"userinfo":{"constructor":null,"toString":null,"hasOwnProperty":null}}',
    ],
    ['a claim nobody knows, 1,000 deep', `{"userinfo":{"x":${deep(1000)}}}`],
    ['a place nobody knows, 1,000 deep', `{"x":${deep(1000)}}`],
    [
      '500 claims nobody knows',
      JSON.stringify({ userinfo: Object.fromEntries([...Array(500).keys()].map((n) => [n, null])) }),
    ],
  ])('%s is harmless: nothing of it is kept or answered, no prototype changes (G05)', async (_name, claims) => {
    const { world, client, browser } = await start()
    const authorized = await authorize(world, client, { scope, claims }, { browser })
    const { body } = await exchangeCode(world, client, authorized)
    expect(Object.getPrototypeOf({})).toBe(Object.prototype)
    expect(({} as Record<string, unknown>).email).toBeUndefined()
    const info = (await userinfo(world, body.access_token)).body
    expect(Object.keys(info).filter((name) => name !== 'name')).toEqual(['sub'])
    const grants = await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })
    for (const { claims: kept } of grants)
      expect(JSON.stringify(kept ?? {})).toMatch(/^(\{\}|\{"userinfo":\{"name":\{\}\}\})$/)
  })

  test.each(['iss', 'aud', 'exp', 'nonce', 'sid', 'azp', 'at_hash', 'cnf', 'scope', 'client_id', 'toJSON'])(
    '%s cannot be asked for: what it says is the server’s word (G05)',
    async (name) => {
      const { world, client, browser } = await start()
      const wanted = { [name]: { value: 'forged', essential: true } }
      const claims = JSON.stringify({ userinfo: wanted, id_token: wanted })
      const authorized = await authorize(world, client, { scope, claims }, { browser })
      const { body } = await exchangeCode(world, client, authorized)
      expect(Object.keys((await userinfo(world, body.access_token)).body)).toEqual(['sub'])
      expect(JSON.stringify(claimsOf(body.id_token))).not.toContain('forged')
      const [grant] = await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })
      expect(grant).not.toHaveProperty('claims')
    },
  )

  test('a host that lists a reserved name as a claim of its own does not give it away (G05)', async () => {
    const world = createQuickWorld({
      userClaims: () => ({ sid: 'session-1', sub: 'somebody', nonce: 'n', secret: () => 'code' }) as object,
      advertisedMetadata: { claimsSupported: ['sub', 'sid', 'nonce', 'secret'] },
    })
    const client = await registerConfidential(world)
    const wanted = { sid: null, nonce: null, secret: null, sub: { essential: true } }
    const claims = JSON.stringify({ userinfo: wanted, id_token: wanted })
    const { body } = await exchangeCode(world, client, await authorize(world, client, { scope, claims }))
    expect((await userinfo(world, body.access_token)).body).toEqual({ sub: alice.id })
    const idToken = claimsOf(body.id_token)
    expect(idToken.sub).toBe(alice.id)
    expect(Object.keys(idToken)).not.toEqual(expect.arrayContaining(['sid']))
    expect(idToken).not.toHaveProperty('secret')
  })
})
