import { randomBytes } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { exchangeCode, getTokens, isActive, postAs, refresh, registerConfidential } from '../support/client.ts'
import { createQuickWorld, idOf, introspect } from '../support/tokens.ts'
import type { World } from '../support/world.ts'

const tries = 2500

let world: World
let client: Awaited<ReturnType<typeof registerConfidential>>
let tokens: { access_token: string; refresh_token: string }

beforeAll(async () => {
  world = createQuickWorld()
  client = await registerConfidential(world)
  tokens = await getTokens(world, client)
})

/** Makes a text that is not a token of the server. Most of the texts resemble the real token. */
function guess(real: string, index: number): string {
  const random = randomBytes(64).toString('base64url')
  const position = index % real.length
  switch (index % 8) {
    case 0:
      return idOf(real) + random.slice(0, 43)
    case 1:
      return real.slice(0, position + 1) === real ? real.slice(0, -1) : real.slice(0, position + 1)
    case 2:
      return `${real}${random.slice(0, 1 + (index % 9))}`
    case 3:
      return real.slice(0, position) + (real[position] === 'A' ? 'B' : 'A') + real.slice(position + 1)
    case 4:
      return real.slice(0, 1) + idOf(real).slice(1).toUpperCase() + real.slice(25)
    case 5:
      return random.slice(0, 68)
    case 6:
      return `${random}.${random}.${random.slice(0, 43)}`
    default:
      return `${real.slice(0, 1)}${'0'.repeat(24)}${random.slice(0, 43)}`
  }
}

/** Sends all guesses and returns the distinct responses. */
async function answersTo(real: string, ask: (text: string) => Promise<unknown>): Promise<readonly string[]> {
  const distinct = new Set<string>()
  for (let index = 0; index < tries; index++) {
    const text = guess(real, index)
    if (text !== real) distinct.add(JSON.stringify(await ask(text)))
  }
  return [...distinct]
}

test('guessed and truncated refresh tokens all get one answer (C12)', async () => {
  const distinct = await answersTo(tokens.refresh_token, async (text) => {
    const { status, body, headers } = await refresh(world, client, text)
    return [status, body, [...headers].sort()]
  })
  expect(distinct.length).toBe(1)
  expect(JSON.parse(distinct[0] ?? '')).toMatchObject([400, { error: 'invalid_grant' }, expect.anything()])
})

test('introspection of guessed tokens says inactive and no other word (C12)', async () => {
  const distinct = [
    ...(await answersTo(tokens.access_token, async (text) => (await introspect(world, client, text)).body)),
    ...(await answersTo(tokens.refresh_token, async (text) => (await introspect(world, client, text)).body)),
  ]
  expect(new Set(distinct)).toEqual(new Set(['{"active":false}']))
})

test('revocation of guessed tokens answers 200 and revokes nothing (C12)', async () => {
  const distinct = await answersTo(tokens.refresh_token, async (text) => {
    const { status, body } = await postAs(world, client, '/oauth2/revoke', { token: text })
    return [status, body]
  })
  expect(distinct).toEqual(['[200,{}]'])
})

test('guessed codes all get one answer, and the code is as it was (C12)', async () => {
  const { authorize } = await import('../support/client.ts')
  const authorized = await authorize(world, client)
  const distinct = await answersTo(authorized.code, async (code) => {
    const { status, body } = await exchangeCode(world, client, { ...authorized, code })
    return [status, body]
  })
  expect(distinct.length).toBe(1)
  expect(JSON.parse(distinct[0] ?? '')).toMatchObject([400, { error: 'invalid_grant' }])
  expect((await exchangeCode(world, client, authorized)).status).toBe(200)
})

test('after all of it the real tokens are good (C12)', async () => {
  expect(await isActive(world, tokens.access_token)).toBe(true)
  expect((await refresh(world, client, tokens.refresh_token)).status).toBe(200)
})
