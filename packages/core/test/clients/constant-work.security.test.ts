import { beforeEach, describe, expect, test, vi } from 'vitest'
import * as hash from '../../src/crypto/hash.ts'
import * as compare from '../../src/crypto/timing-safe-equal.ts'
import { type Answer, post, registerConfidential, registerPublic } from '../support/client.ts'
import { editClient, expectJsonError } from '../support/expectations.ts'
import { createWorld, type World } from '../support/world.ts'

vi.mock('../../src/crypto/hash.ts', { spy: true })
vi.mock('../../src/crypto/timing-safe-equal.ts', { spy: true })

beforeEach(() => {
  vi.clearAllMocks()
})

/** Sends one authentication attempt. Returns the response and the work that the server did for it. */
async function attempt(world: World, method: string, id: string, secret: string) {
  vi.clearAllMocks()
  const form = { grant_type: 'client_credentials' }
  const encoded = `Basic ${btoa(`${id}:${secret}`)}`
  const answer =
    method === 'client_secret_basic'
      ? await post(world, '/oauth2/token', form, { authorization: encoded })
      : await post(world, '/oauth2/token', { ...form, client_id: id, client_secret: secret })
  const comparisons = vi.mocked(compare.timingSafeEqual).mock.calls
  return { answer, hashes: vi.mocked(hash.sha256).mock.calls.length, comparisons }
}

function visible({ status, headers, body }: Answer) {
  return { status, headers: Object.fromEntries(headers), body }
}

describe.each(['client_secret_basic', 'client_secret_post'] as const)('%s (D04)', (method) => {
  test('an unknown client does the same work and gets the same answer as a wrong secret (D04)', async () => {
    const world = createWorld()
    const { client_id } = await registerConfidential(world, { token_endpoint_auth_method: method })
    const open = await registerPublic(world)
    const disabled = await registerConfidential(world, { token_endpoint_auth_method: method })
    await editClient(world, disabled.client_id, () => ({ disabled: true }))

    const wrong = await attempt(world, method, client_id, 'w'.repeat(43))
    expectJsonError(wrong.answer, 401, 'invalid_client')
    expect(wrong.hashes).toBe(1)
    expect(wrong.comparisons).toHaveLength(1)
    for (const id of ['nobody', open.client_id, disabled.client_id]) {
      const other = await attempt(world, method, id, 'w'.repeat(43))
      expect(visible(other.answer)).toEqual(visible(wrong.answer))
      expect(other.hashes).toBe(wrong.hashes)
      expect(other.comparisons).toHaveLength(wrong.comparisons.length)
    }
  })

  test('what is compared are digests of equal length, whatever the length of the secret (D04)', async () => {
    const world = createWorld()
    const { client_id } = await registerConfidential(world, { token_endpoint_auth_method: method })
    for (const [id, secret] of [
      [client_id, 'x'],
      [client_id, 'x'.repeat(400)],
      ['nobody', 'x'.repeat(43)],
    ] as const) {
      const { comparisons } = await attempt(world, method, id, secret)
      expect(comparisons.map((values) => values.map((value) => value.length))).toEqual([[43, 43]])
    }
  })
})

test('the comparison sees a difference at every position, and in length (D04)', () => {
  const digest = 'a'.repeat(43)
  expect(compare.timingSafeEqual(digest, 'a'.repeat(43))).toBe(true)
  for (let index = 0; index < 43; index++) {
    expect(compare.timingSafeEqual(`${digest.slice(0, index)}b${digest.slice(index + 1)}`, digest)).toBe(false)
  }
  expect(compare.timingSafeEqual(digest.slice(1), digest)).toBe(false)
  expect(compare.timingSafeEqual('', digest)).toBe(false)
})
