import { expect, test } from 'vitest'
import { sharedWork, shareWork } from '../../../src/http/shared-work.ts'

const never = (): Promise<never> => new Promise(() => undefined)

test('callers at the same time share one run of the work, and the next caller has one of its own', async () => {
  let runs = 0
  const work = shareWork(async () => {
    runs += 1
    await Promise.resolve()
    return runs
  })
  expect(await Promise.all([work(), work(), work()])).toEqual([1, 1, 1])
  expect(await work()).toBe(2)
})

test('work that fails is over: all who wait get its error, and nobody begins anew for it', async () => {
  let runs = 0
  const work = shareWork(async () => {
    runs += 1
    await new Promise((resolve) => setImmediate(resolve))
    throw new Error('the database is away')
  })
  const outcomes = await Promise.allSettled([work(), work(), work()])
  expect(outcomes.map((one) => (one as PromiseRejectedResult).reason.message)).toEqual(
    Array(3).fill('the database is away'),
  )
  expect(runs).toBe(1)
})

test('whoever waits for work that never ends begins it anew, once for all who wait', async () => {
  let runs = 0
  const work = shareWork(async () => {
    runs += 1
    if (runs === 1) return never()
    const own = runs
    await new Promise((resolve) => setTimeout(resolve, 500))
    return own
  })
  void work()
  expect(await Promise.all([work(), work(), work()])).toEqual([2, 2, 2])
  expect(await work()).toBe(3)
})

test('several requests in a row that end with their work hold up nobody for ever', async () => {
  let runs = 0
  const work = shareWork(() => {
    runs += 1
    return runs <= 2 ? never() : Promise.resolve(runs)
  })
  void work()
  // One of these begins the second run, which never ends either.
  const waiting = [work(), work()]
  expect(await waiting[1]).toBe(3)
})

test('work that is only slow is answered by the run that ends first', async () => {
  let runs = 0
  let end: (value: string) => void = () => undefined
  const work = shareWork(() => {
    runs += 1
    return runs === 1 ? new Promise<string>((resolve) => (end = resolve)) : never()
  })
  const first = work()
  const second = work()
  await expect.poll(() => runs, { timeout: 10_000 }).toBe(2)
  end('slow')
  expect(await Promise.all([first, second])).toEqual(['slow', 'slow'])
})

test('work with another name runs apart, and a forgotten run learns that its result is for those who wait alone', async () => {
  const shared = sharedWork<boolean>()
  const wanted = async (isCurrent: () => boolean): Promise<boolean> => {
    await new Promise((resolve) => setImmediate(resolve))
    return isCurrent()
  }
  const [forgotten, kept] = [shared.run('a', wanted), shared.run('b', wanted)]
  shared.forget('a')
  expect(await Promise.all([forgotten, kept])).toEqual([false, true])
})

/** Begins work, and begins it anew after the caller's patience. Each run ends when the test says, and tells whether it still counts. */
async function beginTwice() {
  const shared = sharedWork<boolean>()
  const ends: (() => void)[] = []
  const work = async (isCurrent: () => boolean): Promise<boolean> => {
    await new Promise<void>((resolve) => ends.push(resolve))
    return isCurrent()
  }
  const first = shared.run('a', work)
  const second = shared.run('a', work)
  await expect.poll(() => ends.length, { timeout: 10_000 }).toBe(2)
  return { shared, work, ends, first, second }
}

test('a result counts while the run that was begun in its place is still running, so that slow work is kept at all', async () => {
  const { shared, work, ends, first, second } = await beginTwice()
  ends[0]?.()
  expect(await Promise.all([first, second])).toEqual([true, true])
  const third = shared.run('a', work)
  ends[1]?.()
  expect(await third).toBe(true)
})

test('a result that comes after that of a run which was begun later counts no more', async () => {
  const { ends, first, second } = await beginTwice()
  ends[1]?.()
  expect(await second).toBe(true)
  ends[0]?.()
  expect(await first).toBe(false)
})

test('forgetting the work concerns a slow run and the one that was begun in its place', async () => {
  const { shared, ends, first, second } = await beginTwice()
  shared.forget('a')
  for (const end of ends) end()
  expect(await Promise.all([first, second])).toEqual([false, false])
})

test('whoever began the work anew, and was refused, still gets the result of the run that was slow', async () => {
  let runs = 0
  const work = shareWork(async () => {
    runs += 1
    if (runs > 1) throw new Error('there are too many requests to this server')
    await new Promise((resolve) => setTimeout(resolve, 3000))
    return 'slow'
  })
  const first = work()
  expect(await work()).toBe('slow')
  expect(await first).toBe('slow')
  expect(runs).toBe(2)
})

test('whoever began lost work anew, and was refused, gets the refusal', async () => {
  let runs = 0
  const work = shareWork(async () => {
    runs += 1
    if (runs === 1) return never()
    throw new Error('there are too many requests to this server')
  })
  void work()
  await expect(work()).rejects.toThrow('too many requests')
})
