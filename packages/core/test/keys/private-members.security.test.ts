import { memoryStorage } from '@oauth/core/memory'
import { beforeAll, expect, test } from 'vitest'
import {
  authorize,
  exchangeCode,
  getTokens,
  postAs,
  refresh,
  registerConfidential,
  registerPublic,
  userinfo,
} from '../support/client.ts'
import { fetchJwks, serverKey } from '../support/keys.ts'
import { api, introspect } from '../support/tokens.ts'
import { createWorld, type World } from '../support/world.ts'

const privateMembers = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])
const answers: (readonly [string, unknown])[] = []
let world: World

beforeAll(async () => {
  world = createWorld({ storage: memoryStorage() })
  const { provider } = world
  const get = async (url: string): Promise<void> => {
    answers.push([url, await (await provider.fetch(new Request(url))).json()])
  }
  for (const path of ['/jwks', '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
    await get(world.issuer + path)
  }
  await get('https://id.example.com/.well-known/oauth-authorization-server/auth')
  await get(`${world.issuer}/oauth2/nothing`)
  await provider.rotateSigningKeys()
  await get(`${world.issuer}/jwks`)
  const client = await registerConfidential(world)
  answers.push(
    ['registration', client],
    ['update', await provider.updateClient(client.client_id, { client_name: 'N' })],
  )
  answers.push(['public', await registerPublic(world)], ['client', await provider.getClient(client.client_id)])
  answers.push(['metadata', provider.metadata])
  const exchanged = await exchangeCode(world, client, await authorize(world, client), { resource: api })
  answers.push(['token', exchanged.body], ['again', (await refresh(world, client, exchanged.body.refresh_token)).body])
  const { access_token: opaque } = await getTokens(world, client)
  answers.push(['userinfo', (await userinfo(world, opaque)).body])
  answers.push(['introspection', (await introspect(world, client, exchanged.body.access_token)).body])
  answers.push(['verified', await provider.verifyAccessToken(exchanged.body.access_token)])
  answers.push(['error', (await postAs(world, client, '/oauth2/token', { grant_type: 'x' })).body])
  answers.push(['revocation', (await postAs(world, client, '/oauth2/revoke', { token: opaque })).body])
  answers.push(['unauthorised', (await userinfo(world, 'x')).body])
})

function membersOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => [
    ...(Array.isArray(value) ? [] : [name]),
    ...membersOf(member),
  ])
}

test('no answer of a whole run has a private member of a key (E09)', () => {
  expect(answers.length).toBe(19)
  for (const [name, answer] of answers) {
    expect([name, membersOf(answer).filter((member) => privateMembers.has(member))]).toEqual([name, []])
  }
})

test('no answer has the value of one either (E09)', async () => {
  const text = JSON.stringify(answers)
  for (const algorithm of ['RS256', 'ES256']) {
    const { privateJwk } = await serverKey(world, algorithm)
    for (const name of privateMembers) {
      const value = (privateJwk as Readonly<Record<string, unknown>>)[name]
      if (typeof value === 'string') expect(text).not.toContain(value)
    }
  }
})

test('each published key has exactly its public members, a kid, an alg and a use (E09)', async () => {
  const { keys } = await fetchJwks(world)
  expect(keys.map(({ alg }) => alg).sort()).toEqual(['ES256', 'ES256', 'RS256', 'RS256'])
  for (const key of keys) {
    const own = key.kty === 'RSA' ? ['n', 'e'] : ['crv', 'x', 'y']
    expect(Object.keys(key).sort()).toEqual(['alg', 'kid', 'kty', 'use', ...own].sort())
    expect(key.use).toBe('sig')
  }
  expect(new Set(keys.map(({ kid }) => kid)).size).toBe(4)
})

test('an RSA key has 2048 bits or more (E09)', async () => {
  const { keys } = await fetchJwks(world)
  for (const key of keys.filter(({ kty }) => kty === 'RSA')) {
    expect(Buffer.from(key.n ?? '', 'base64url').length).toBeGreaterThanOrEqual(256)
  }
})
