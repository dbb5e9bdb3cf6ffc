import { expect, test } from 'vitest'
import { remember } from '../src/remember.ts'

/** Begins an attempt, and another one after the patience of its second caller. The test ends each of them. */
async function attemptTwice() {
  const clock = { time: 1000, now: () => clock.time }
  const attempts: { readonly succeed: (value: string) => void; readonly fail: (error: Error) => void }[] = []
  const get = remember(() => new Promise<string>((succeed, fail) => void attempts.push({ succeed, fail })), {
    seconds: 300,
    retrySeconds: 10,
    clock,
  })
  const first = get()
  const second = get()
  await expect.poll(() => attempts.length, { timeout: 10_000 }).toBe(2)
  const [early, later] = attempts
  if (early === undefined || later === undefined) throw new Error('there must be two attempts')
  return { clock, get, attempts, first, second, early, later }
}

test('an attempt that ends after one that was begun later does not put its older value back', async () => {
  const { get, first, second, early, later } = await attemptTwice()
  later.succeed('new')
  expect(await second).toBe('new')
  early.succeed('old')
  expect(await first).toBe('new')
  expect(await get()).toBe('new')
})

test('an attempt that fails after one that was begun later leaves the time of the newer value as it is', async () => {
  const { clock, get, attempts, first, second, early, later } = await attemptTwice()
  later.succeed('new')
  expect(await second).toBe('new')
  early.fail(new Error('the client of the first request went away'))
  expect(await first).toBe('new')
  clock.time += 299
  expect(await get()).toBe('new')
  expect(attempts).toHaveLength(2)
})

test('an attempt that fails late does not extend the time for which a newer failure counts', async () => {
  const { clock, get, attempts, first, second, early, later } = await attemptTwice()
  // A caller who began in vain gets the result of the attempt that was slow.
  const outcomes = Promise.allSettled([first, second])
  later.fail(new Error('the server is away'))
  await new Promise((resolve) => setImmediate(resolve))
  clock.time += 9
  early.fail(new Error('the server was away'))
  await outcomes
  await expect(get()).rejects.toThrow('the server is away')
  clock.time += 1
  void get().catch(() => undefined)
  expect(attempts).toHaveLength(3)
})

test('the value of a slow attempt counts when the one that was begun in its place has failed', async () => {
  const { get, first, early, later, second } = await attemptTwice()
  const refused = second.catch((error: Error) => error.message)
  later.fail(new Error('the server is away'))
  expect(await refused).toBe('the server is away')
  early.succeed('slow')
  expect(await first).toBe('slow')
  expect(await get()).toBe('slow')
})
