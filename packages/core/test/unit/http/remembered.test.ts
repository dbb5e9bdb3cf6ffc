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

test('the URL cache keeps a value as long as the caller allows (G03)', async () => {
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

test('the URL cache loads values and failures again when the clock was set back (E10)', async () => {
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

test('callers of the URL cache at the same time share one request', async () => {
  const { loads, remembered } = start()
  const all = await Promise.all(Array.from({ length: 50 }, () => remembered.get('a', 0)))
  expect(new Set(all)).toEqual(new Set(['a 1']))
  expect(loads).toEqual(['a'])
})

test('the URL cache does not repeat a failed request for 30 seconds and keeps the value from before (G03)', async () => {
  const { clock, loads, broken, remembered } = start()
  await remembered.get('a', 60)
  broken.add('a')
  clock.time += 60
  for (let count = 0; count < 3; count++) await expect(remembered.get('a', 60)).rejects.toThrow('a is broken')
  expect(loads).toHaveLength(2)
  // A caller that accepts an old value still gets it.
  expect(await remembered.get('a', 300)).toBe('a 1')
  broken.clear()
  clock.time += 29
  await expect(remembered.get('a', 60)).rejects.toThrow('a is broken')
  clock.time += 1
  expect(await remembered.get('a', 60)).toBe('a 3')
})

test('the URL cache is bounded and removes its oldest entry', async () => {
  const { loads, remembered } = start()
  for (let count = 0; count < 501; count++) await remembered.get(`u${count}`, 60)
  await remembered.get('u500', 60)
  expect(loads).toHaveLength(501)
  await remembered.get('u0', 60)
  expect(loads).toHaveLength(502)
})

/** A URL cache whose requests end when the test says so. */
function startSlow() {
  const clock = { now: () => 1000 }
  const loads: { readonly end: (value: string) => void; readonly fail: (error: Error) => void }[] = []
  const load = () => new Promise<string>((end, fail) => loads.push({ end, fail }))
  return { loads, remembered: createUrlCache<string>(load, clock) }
}

test('a slow request that fails after a later one has succeeded does not stop the URL cache from asking (G03)', async () => {
  const { loads, remembered } = startSlow()
  const [first, second] = [remembered.get('a', 60), remembered.get('a', 60)]
  await expect.poll(() => loads.length, { timeout: 10_000 }).toBe(2)
  loads[1]?.end('new')
  expect(await second).toBe('new')
  loads[0]?.fail(new Error('the server did not answer in time'))
  await expect(first).rejects.toThrow('in time')
  const third = remembered.get('a', 0)
  await expect.poll(() => loads.length).toBe(3)
  loads[2]?.end('newer')
  expect(await third).toBe('newer')
})

test('a slow request that ends after a later one does not put its older document into the URL cache (G03)', async () => {
  const { loads, remembered } = startSlow()
  const [first, second] = [remembered.get('a', 60), remembered.get('a', 60)]
  await expect.poll(() => loads.length, { timeout: 10_000 }).toBe(2)
  loads[1]?.end('new')
  await second
  loads[0]?.end('old')
  expect(await first).toBe('old')
  expect(await remembered.get('a', 60)).toBe('new')
})
