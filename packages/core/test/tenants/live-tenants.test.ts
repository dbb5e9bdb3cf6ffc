import { fixedClock } from '@oauth/core/testing'
import { expect, test } from 'vitest'
import { liveTenants } from '../../src/tenants/live-tenants.ts'
import { createGate } from '../support/gate.ts'

interface Made {
  readonly tenant: string
  readonly number: number
}

function setUp(options: Partial<Parameters<typeof liveTenants<Made>>[0]> = {}) {
  const clock = fixedClock()
  const made: string[] = []
  const live = liveTenants<Made>({
    clock,
    most: 3,
    idleSeconds: 60,
    refreshSeconds: 600,
    make: async (tenant) => {
      made.push(tenant)
      return tenant.startsWith('no-') ? undefined : { tenant, number: made.length }
    },
    ...options,
  })
  const numberOf = async (tenant: string) => live.use(tenant, (one) => one?.number)
  return { clock, made, live, numberOf }
}

const kept = (live: ReturnType<typeof setUp>['live']) => live.all().map(({ tenant }) => tenant)

test('fifty concurrent first calls make one provider', async () => {
  const { made, numberOf } = setUp()
  const numbers = await Promise.all(Array.from({ length: 50 }, () => numberOf('acme')))
  expect(new Set(numbers)).toEqual(new Set([1]))
  expect(made).toEqual(['acme'])
})

test('the least recently used provider goes when there are too many', async () => {
  const { live, numberOf } = setUp()
  for (const tenant of ['a', 'b', 'c', 'a', 'd']) await numberOf(tenant)
  expect(kept(live)).toEqual(['c', 'a', 'd'])
})

test('a provider that serves a request does not go, and goes once the request has ended', async () => {
  const { live, numberOf } = setUp()
  const ends: (() => void)[] = []
  const running = ['a', 'b', 'c', 'd'].map((tenant) =>
    live.use(tenant, async (one) => {
      await new Promise<void>((resolve) => ends.push(resolve))
      return one?.tenant
    }),
  )
  await new Promise((resolve) => setImmediate(resolve))
  expect(kept(live)).toEqual(['a', 'b', 'c', 'd'])
  await numberOf('e')
  expect(kept(live)).toEqual(['a', 'b', 'c', 'd'])
  for (const end of ends) end()
  expect(await Promise.all(running)).toEqual(['a', 'b', 'c', 'd'])
  expect(kept(live)).toHaveLength(3)
})

test('a provider that nobody uses goes after idleSeconds, and one that is used stays', async () => {
  const { clock, live, numberOf } = setUp()
  await numberOf('a')
  await numberOf('b')
  clock.advance(40)
  await numberOf('b')
  clock.advance(40)
  await numberOf('b')
  expect(kept(live)).toEqual(['b'])
  expect(await numberOf('a')).toBe(3)
})

test('a provider is made anew after refreshSeconds, however often it is used', async () => {
  const { clock, numberOf } = setUp()
  for (let minute = 0; minute < 10; minute++) {
    expect(await numberOf('a')).toBe(1)
    clock.advance(59)
  }
  clock.advance(10)
  expect(await numberOf('a')).toBe(2)
})

test('a forgotten provider is made anew, and calls that run end with the old one', async () => {
  const { live, numberOf } = setUp()
  let end: () => void = () => undefined
  const running = live.use('a', async (one) => {
    await new Promise<void>((resolve) => {
      end = resolve
    })
    return one?.number
  })
  await new Promise((resolve) => setImmediate(resolve))
  live.forget('a')
  expect(await numberOf('a')).toBe(2)
  end()
  expect(await running).toBe(1)
  expect(await numberOf('a')).toBe(2)
})

test('a provider that was forgotten while it was being made is not kept', async () => {
  const waiting: ((number: number) => void)[] = []
  const { live } = setUp({
    make: async (tenant) => ({ tenant, number: await new Promise<number>((resolve) => waiting.push(resolve)) }),
  })
  const before = live.use('a', (one) => one?.number)
  live.forget('a')
  const after = live.use('a', (one) => one?.number)
  waiting[1]?.(2)
  expect(await after).toBe(2)
  waiting[0]?.(1)
  expect(await before).toBe(1)
  expect(await live.use('a', (one) => one?.number)).toBe(2)
})

test('a making that fails is not kept, fails for those who waited, and leaves other tenants alone', async () => {
  let fails = true
  let tries = 0
  const { live } = setUp({
    make: async (tenant) => {
      tries += 1
      if (fails && tenant === 'a') throw new Error('no options')
      return { tenant, number: tries }
    },
  })
  const use = async (tenant: string) => live.use(tenant, (one) => one?.tenant)
  const waited = await Promise.allSettled([use('a'), use('a'), use('b')])
  expect(waited.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
  expect(tries).toBe(2)
  fails = false
  expect(await use('a')).toBe('a')
})

test('a use that throws is over', async () => {
  const { live, numberOf } = setUp()
  await numberOf('a')
  expect(() =>
    live.use('a', () => {
      throw new Error('thrown')
    }),
  ).toThrow('thrown')
  for (const tenant of ['b', 'c', 'd']) await numberOf(tenant)
  expect(kept(live)).toEqual(['b', 'c', 'd'])
})

test('a tenant that does not exist is asked for again after five seconds, or when it was forgotten', async () => {
  const { clock, made, live, numberOf } = setUp()
  for (let call = 0; call < 5; call++) expect(await numberOf('no-one')).toBeUndefined()
  expect(made).toHaveLength(1)
  clock.advance(5)
  await numberOf('no-one')
  expect(made).toHaveLength(2)
  live.forget('no-one')
  await numberOf('no-one')
  expect(made).toHaveLength(3)
})

test('names that do not exist push out no provider', async () => {
  const { live, numberOf } = setUp()
  for (const tenant of ['a', 'b', 'c']) await numberOf(tenant)
  for (let name = 0; name < 100; name++) await numberOf(`no-${name}`)
  expect(kept(live)).toEqual(['a', 'b', 'c'])
})

test('a clock that is set back does not keep a tenant unknown', async () => {
  const { clock, made, numberOf } = setUp()
  await numberOf('no-one')
  clock.advance(-3600)
  await numberOf('no-one')
  expect(made).toHaveLength(2)
})

test('a tenant is idle once no call for it runs, neither one that waits nor one with what was forgotten', async () => {
  const [gate, made] = [createGate(), createGate()]
  for (const one of [gate, made]) one.arm()
  const { live } = setUp({
    make: async (tenant) => {
      if (tenant === 'slow') await made.pass()
      return { tenant, number: 1 }
    },
  })
  await live.idle('acme')
  let idle = 0
  const running = live.use('acme', () => gate.pass())
  const waiting = live.use('slow', (one) => one?.tenant)
  await new Promise((resolve) => setImmediate(resolve))
  live.forget('acme')
  live.forget('slow')
  const both = ['acme', 'slow'].map((tenant) => live.idle(tenant).then(() => ++idle))
  await new Promise((resolve) => setImmediate(resolve))
  expect(idle).toBe(0)
  gate.open()
  await running
  await both[0]
  expect(idle).toBe(1)
  made.open()
  expect(await waiting).toBe('slow')
  await Promise.all(both)
  await Promise.all([live.idle('acme'), live.idle('slow'), live.idle('nobody')])
})

test('a call that never tells its end, as on a Worker whose client went away, does not keep its provider for ever', async () => {
  const { clock, live, numberOf } = setUp()
  await numberOf('a')
  void live.use('a', () => new Promise<never>(() => undefined))
  clock.advance(601)
  await numberOf('b')
  expect(kept(live)).toEqual(['b'])
})

test('a tenant whose options take longer than a caller waits for others is kept, however many calls come meanwhile', async () => {
  const ends: (() => void)[] = []
  const { live, numberOf } = setUp({
    make: async (tenant) => {
      const number = ends.length + 1
      await new Promise<void>((resolve) => ends.push(resolve))
      return { tenant, number }
    },
  })
  const first = numberOf('acme')
  const second = numberOf('acme')
  await expect.poll(() => ends.length, { timeout: 10_000 }).toBe(2)
  ends[0]?.()
  expect(await Promise.all([first, second])).toEqual([1, 1])
  expect(kept(live)).toEqual(['acme'])
  expect(await numberOf('acme')).toBe(1)
  expect(ends).toHaveLength(2)
  ends[1]?.()
})
