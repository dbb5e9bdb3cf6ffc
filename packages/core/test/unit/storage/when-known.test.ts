import { expect, test } from 'vitest'
import { whenKnown } from '../../../src/storage/awaitable.ts'

test('a value goes on at once, and an error of the next step is thrown', () => {
  expect(whenKnown(2, (value) => value + 1)).toBe(3)
  expect(whenKnown(undefined, (value) => value ?? 'nobody')).toBe('nobody')
  expect(() =>
    whenKnown(1, () => {
      throw new Error('wrong answer')
    }),
  ).toThrow('wrong answer')
})

test("a promise, and a thenable of somebody else's library, go on later with a promise of this realm", async () => {
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
  const foreign = { then: (resolve: (value: number) => void) => resolve(2) } as PromiseLike<number>
  for (const answer of [Promise.resolve(2), foreign]) {
    const later = whenKnown(answer, (value) => value + 1)
    expect(later).toBeInstanceOf(Promise)
    expect(await later).toBe(3)
  }
  await expect(whenKnown(Promise.reject(new Error('no answer')), String)).rejects.toThrow('no answer')
})
