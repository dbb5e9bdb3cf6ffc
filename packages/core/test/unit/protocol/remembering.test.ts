import { expect, test } from 'vitest'
import { remembering } from '../../../src/protocol/remembering.ts'

test('a result is computed once, also one that is undefined', () => {
  const asked: string[] = []
  const lengthOf = remembering((text) => {
    asked.push(text)
    return text === 'nothing' ? undefined : text.length
  })
  for (let round = 0; round < 3; round++) {
    expect(lengthOf('seven')).toBe(5)
    expect(lengthOf('nothing')).toBeUndefined()
  }
  expect(asked).toEqual(['seven', 'nothing'])
})

test('what strangers send takes no more memory than the bound: results are forgotten, and long texts are not kept', () => {
  let computed = 0
  const counted = remembering(() => ++computed, 3)
  for (const text of ['a', 'b', 'c', 'd']) counted(text)
  expect(counted('d')).toBe(4)
  expect(counted('a')).toBe(5)
  const long = 'x'.repeat(301)
  expect([counted(long), counted(long)]).toEqual([6, 7])
})

test('an error is thrown again, and not remembered', () => {
  let computed = 0
  const failing = remembering((text) => {
    computed += 1
    throw new Error(text)
  })
  for (let round = 0; round < 2; round++) expect(() => failing('no')).toThrow('no')
  expect(computed).toBe(2)
})
