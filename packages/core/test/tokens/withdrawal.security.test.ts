import { describe, expect, test } from 'vitest'
import { emptyStorage } from '../support/empty-storage.ts'
import { expectNothingIssued, places, type WithdrawalName, ways, withdrawals } from '../support/withdrawals.ts'

const names = Object.keys(withdrawals) as WithdrawalName[]
const combinations = names.flatMap((name) =>
  ways.flatMap((way) =>
    places
      // The resolvers for selection and post-login run before the consent page is shown.
      .filter((place) => way !== 'the answer of the consent page' || !/^(select|post)/.test(place))
      .map((place) => [name, way, place] as const),
  ),
)

describe('what was withdrawn while an authorization was under way is not issued (C15)', () => {
  test('every combination is tried', () => expect(combinations).toHaveLength(7 * (6 + 6 + 4)))

  test.each(combinations)('%s ends %s that waits at %s (C15)', (name, way, place) =>
    expectNothingIssued(emptyStorage(), place, way, name),
  )

  test.each(combinations)('%s ends %s that waits at %s, also while requests are measured (C15)', (name, way, place) =>
    expectNothingIssued(emptyStorage(), place, way, name, { onRequestEnd: () => undefined }),
  )
})
