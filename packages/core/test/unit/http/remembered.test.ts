import { expect, test } from 'vitest'
import { createUrlCache } from '../../../src/http/url-cache.ts'

function start() {
  const clock = { time: 1000, now: () => clock.time }
  const loads: string[] = []
  const broken = new Set<string>()
  const remembered = createUrlCache(async (url) => {
    loads.push(url)
    await Promise.resolve()
    if (broken.has(url)) throw new Error(`${url} is broken`)
    return `${url} ${loads.length}`
  }, clock)
  return { clock, loads, broken, remembered }
}

test('G03 a value is kept as long as the caller takes it', async () => {
  const { clock, loads, remembered } = start()
  expect(await remembered.get('a', 60)).toBe('a 1')
  clock.time += 59
  expect(await remembered.get('a', 60)).toBe('a 1')
  expect(await remembered.get('b', 60)).toBe('b 2')
  clock.time += 1
  expect(await remembered.get('a', 60)).toBe('a 3')
  expect(await remembered.get('a', 0)).toBe('a 4')
  expect(loads).toEqual(['a', 'b', 'a', 'a'])
})

test('a clock that was set back makes nothing last longer: values and failures are loaded again (E10)', async () => {
  const { clock, loads, broken, remembered } = start()
  broken.add('b')
  await remembered.get('a', 60)
  await expect(remembered.get('b', 60)).rejects.toThrow('broken')
  broken.clear()
  clock.time -= 500
  expect(await remembered.get('a', 60)).toBe('a 3')
  expect(await remembered.get('b', 60)).toBe('b 4')
  expect(loads).toEqual(['a', 'b', 'a', 'b'])
})

test('callers at one time share one request', async () => {
  const { loads, remembered } = start()
  const all = await Promise.all(Array.from({ length: 50 }, () => remembered.get('a', 0)))
  expect(new Set(all)).toEqual(new Set(['a 1']))
  expect(loads).toEqual(['a'])
})

test('G03 a failure is not tried again for half a minute, and drops no value', async () => {
  const { clock, loads, broken, remembered } = start()
  await remembered.get('a', 60)
  broken.add('a')
  clock.time += 60
  for (let count = 0; count < 3; count++) await expect(remembered.get('a', 60)).rejects.toThrow('a is broken')
  expect(loads).toHaveLength(2)
  // Whoever takes an old value still gets it.
  expect(await remembered.get('a', 300)).toBe('a 1')
  broken.clear()
  clock.time += 29
  await expect(remembered.get('a', 60)).rejects.toThrow('a is broken')
  clock.time += 1
  expect(await remembered.get('a', 60)).toBe('a 3')
})

test('memory is bounded: the oldest entry makes room', async () => {
  const { loads, remembered } = start()
  for (let count = 0; count < 501; count++) await remembered.get(`u${count}`, 60)
  await remembered.get('u500', 60)
  expect(loads).toHaveLength(501)
  await remembered.get('u0', 60)
  expect(loads).toHaveLength(502)
})
