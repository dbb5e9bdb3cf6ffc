import { describe, expect, test } from 'vitest'
import { expirations } from '../../../src/memory/expirations.ts'
import { frozen } from '../../../src/memory/frozen.ts'
import { multimap } from '../../../src/memory/multimap.ts'

describe('the index of expirations', () => {
  test('finds ids by second, the oldest first, whatever the order in which they came', () => {
    const index = expirations()
    for (const second of [30, 10, 20, 10, 40]) index.move(`id-${second}-${Math.random()}`, undefined, second)
    const found = index.before(40, 10).map((id) => id.split('-')[1])
    expect(found).toEqual(['10', '10', '20', '30'])
    expect(index.before(40, 2)).toHaveLength(2)
    expect(index.before(10, 10)).toEqual([])
    expect(index.before(40, 0)).toEqual([])
  })

  test('follows an id that moves, and forgets one that goes', () => {
    const index = expirations()
    index.move('moves', undefined, 10)
    index.move('goes', undefined, 10)
    index.move('moves', 10, 30)
    index.move('goes', 10, undefined)
    expect(index.before(30, 10)).toEqual([])
    index.move('moves', 30, 10)
    expect(index.before(30, 10)).toEqual(['moves'])
  })

  test('agrees with a search through all ids after random changes', () => {
    const index = expirations()
    const seconds = new Map<string, number>()
    let seed = 7
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed % below
    }
    for (let step = 0; step < 3000; step += 1) {
      const id = `id-${random(60)}`
      const after = random(4) === 0 ? undefined : random(50)
      index.move(id, seconds.get(id), after)
      if (after === undefined) seconds.delete(id)
      else seconds.set(id, after)
      const moment = random(60)
      const expected = [...seconds].filter(([, second]) => second < moment).map(([name]) => name)
      expect([...index.before(moment, 100)].sort()).toEqual(expected.sort())
    }
  })
})

test('a multimap answers one id, several, and none, as sets', () => {
  const index = multimap()
  expect([...index.get('value')]).toEqual([])
  index.add('value', 'first')
  index.add('value', 'first')
  expect([...index.get('value')]).toEqual(['first'])
  index.add('value', 'second')
  index.remove('value', 'first')
  index.remove('value', 'unknown')
  expect([...index.get('value')]).toEqual(['second'])
  index.remove('value', 'second')
  expect(index.has('value')).toBe(false)
  index.add('value', 'third')
  index.remove('value', 'other')
  expect([...index.get('value')]).toEqual(['third'])
})

test('a frozen list of text is shared, and every other list is copied', () => {
  const texts = Object.freeze(['openid'])
  const lists = Object.freeze([['openid']])
  const row = frozen({ texts, lists, open: ['openid'] })
  expect(row.texts).toBe(texts)
  expect(row.lists).not.toBe(lists)
  expect(Object.isFrozen(row.lists[0])).toBe(true)
  expect(Object.isFrozen(row.open)).toBe(true)
  expect(Object.isFrozen(lists[0])).toBe(false)
})
