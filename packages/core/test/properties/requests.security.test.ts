import '../support/requests/counted-cryptography.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { propertyRuns, propertyTimeout, seed } from '../support/property-runs.ts'
import { type Draft, type Pair, printed, requestOf } from '../support/requests/draft.ts'
import { createFixture, type Fixture } from '../support/requests/fixture.ts'
import { type Answered, wrongWith } from '../support/requests/judge.ts'
import { type Mutation, mutations } from '../support/requests/mutations.ts'
import { type ValidRequest, validRequests } from '../support/requests/valid-requests.ts'
import { resetWork, work } from '../support/requests/work.ts'
import { shareRsaKeys } from '../support/shared-rsa-keys.ts'

shareRsaKeys()

async function send(fixture: Fixture, request: Request): Promise<Answered> {
  const response = await fixture.world.provider.fetch(request)
  return { status: response.status, headers: response.headers, text: await response.text() }
}

async function sendDraft(fixture: Fixture, draft: Draft): Promise<Answered> {
  return send(fixture, requestOf(draft) as Request)
}

/** Sends a mutated request, and when it is refused the valid one after it. Returns what is wrong. */
async function judge(valid: ValidRequest, list: readonly Mutation[]): Promise<string | undefined> {
  const fixture = await createFixture()
  const original = await valid.prepare(fixture)
  const draft = list.reduce((changed, mutation) => mutation.apply(changed), original)
  const request = requestOf(draft)
  if (request === undefined) return undefined
  fixture.world.events.length = 0
  resetWork()
  const answer = await send(fixture, request)
  const wrong = wrongWith(fixture, { endpoint: valid.endpoint, draft }, answer, { ...work })
  if (wrong !== undefined) return `${wrong}\n\n${printed(draft)}`
  if (answer.status < 400) return undefined
  const again = await sendDraft(fixture, (await valid.again?.(fixture, original)) ?? original)
  if (again.status === valid.status) return undefined
  return `after the refusal ${answer.status} ${answer.text.slice(0, 300)}\nthe valid request is answered ${again.status} ${again.text.slice(0, 500)}\n\n${printed(draft)}`
}

/** Returns the request once for each of its values, with another one in its place. */
function everyValue(draft: Draft, value: string): readonly Draft[] {
  const replaced = (pairs: readonly Pair[]) =>
    pairs.map((_, index) => pairs.map((pair, other) => (other === index ? { ...pair, value } : pair)))
  const { query, form = [], json } = draft
  const members = typeof json === 'object' && json !== null ? Object.keys(json) : []
  return [
    ...replaced(query).map((pairs) => ({ ...draft, query: pairs })),
    ...replaced(form).map((pairs) => ({ ...draft, form: pairs })),
    ...members.map((name) => ({ ...draft, json: { ...(json as object), [name]: value } })),
  ]
}

const anyRequest = fc.constantFrom(
  ...validRequests.map((valid) => ({ ...valid, [fc.toStringMethod]: () => `${valid.endpoint} ${valid.what}` })),
)

describe('mutated requests to every endpoint', () => {
  test('there is a valid request for every endpoint of the provider, and for no other', async () => {
    const { world } = await createFixture()
    expect([...new Set(validRequests.map(({ endpoint }) => endpoint))].sort()).toEqual(
      Object.keys(world.provider.handlers).sort(),
    )
  })

  test.each(validRequests.map((valid) => [valid.endpoint, valid.what, valid.status, valid] as const))(
    'the request to %s %s is answered %i before it is mutated',
    async (_endpoint, _what, _status, valid) => {
      const fixture = await createFixture()
      const draft = await valid.prepare(fixture)
      resetWork()
      const answer = await sendDraft(fixture, draft)
      expect([answer.status, answer.status === valid.status ? '' : answer.text]).toEqual([valid.status, ''])
      expect(wrongWith(fixture, { endpoint: valid.endpoint, draft }, answer, { ...work })).toBeUndefined()
    },
  )

  test.each(validRequests.map((valid) => [valid.endpoint, valid.what, valid] as const))(
    'no odd value of one parameter of %s %s makes the server fail, send a browser elsewhere or work without bounds (A01)',
    async (_endpoint, _what, valid) => {
      for (const value of ['\u{1f600}\u0000', 'é', '{"a":[1]}', 'x'.repeat(5000)]) {
        const fixture = await createFixture()
        const drafts = everyValue(await valid.prepare(fixture), value)
        for (const draft of drafts) {
          fixture.world.events.length = 0
          resetWork()
          const answer = await sendDraft(fixture, draft)
          const wrong = wrongWith(fixture, { endpoint: valid.endpoint, draft }, answer, { ...work })
          expect(wrong && `${wrong}\n\n${printed(draft)}`).toBeUndefined()
        }
      }
    },
  )

  test(
    `a mutated request is answered with a registered error or as it deserves, sends no browser elsewhere, costs bounded work and uses nothing up (seed ${seed}) (A01)`,
    async () => {
      await fc.assert(
        fc.asyncProperty(anyRequest, mutations, async (valid, list) => {
          const wrong = await judge(valid, list)
          if (wrong !== undefined) throw new Error(wrong)
        }),
        propertyRuns(200),
      )
    },
    propertyTimeout,
  )
})
