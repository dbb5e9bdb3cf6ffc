import '../support/requests/counted-cryptography.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { propertyRuns, propertyTimeout, seed } from '../support/property-runs.ts'
import { type Draft, printed, requestOf } from '../support/requests/draft.ts'
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
