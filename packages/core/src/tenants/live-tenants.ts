import type { Clock } from '../contracts/clock.ts'
import { sharedWork } from '../http/shared-work.ts'
import { type Awaitable, isThenable } from '../storage/awaitable.ts'

/** Something that is made for one tenant and kept while the tenant is used. */
interface Live<Made> {
  readonly made: Made
  readonly madeAt: number
  usedAt: number
  /** How many calls use it now. */
  running: number
}

export interface LiveOptions<Made> {
  /** Makes it for a tenant; `undefined` for a tenant that does not exist. */
  readonly make: (tenant: string) => Promise<Made | undefined>
  readonly clock: Clock
  /** How many are kept. Those that are in use count, and are kept beyond it. */
  readonly most: number
  /** Seconds after which one that nobody uses goes. */
  readonly idleSeconds: number
  /** Seconds after which one is made anew. */
  readonly refreshSeconds: number
}

/** What is kept for tenants. */
export interface LiveTenants<Made> {
  /** Runs `use` with what was made for the tenant, or with `undefined` when there is no such tenant. */
  use<Result>(tenant: string, use: (made: Made | undefined) => Awaitable<Result>): Awaitable<Result>
  /** Forgets a tenant: the next call makes it anew. Calls that run now end with what they have. */
  forget(tenant: string): void
  /** Resolves once no call for the tenant runs, with whatever was made for it. */
  idle(tenant: string): Promise<void>
  /** All that is kept now. */
  all(): readonly Made[]
}

/** Seconds for which the server remembers that a tenant does not exist. */
const unknownSeconds = 5

/**
 * Keeps what is made for tenants, a bounded number of them. Concurrent first calls share one making; one that fails is not
 * kept, and fails for the calls that waited for it alone. The least recently used goes first, and never one that is in use.
 */
export function liveTenants<Made>({ make, clock, most, ...times }: LiveOptions<Made>): LiveTenants<Made> {
  /** In the order of their use, the least recent first. */
  const live = new Map<string, Live<Made>>()
  const making = sharedWork<Live<Made> | undefined>()
  /** Until when a tenant counts as unknown. It is apart from `live`, so that made-up names push out no tenant. */
  const unknown = new Map<string, number>()
  /** How many calls run for a tenant, also with what was forgotten, and who waits for their end. */
  const calls = new Map<string, { running: number; readonly waiting: (() => void)[] }>()

  function isStale({ madeAt, usedAt, running }: Live<Made>, now: number): boolean {
    return now - madeAt >= times.refreshSeconds || (running === 0 && now - usedAt >= times.idleSeconds)
  }

  function removeUnused(now: number): void {
    for (const [tenant, one] of live) {
      // On Workers, a call whose client goes away may never tell that it has ended.
      if (one.running > 0 && now - one.madeAt < times.refreshSeconds) continue
      // The others were used later.
      if (live.size <= most && !isStale(one, now)) return
      live.delete(tenant)
    }
  }

  function find(tenant: string): Live<Made> | undefined {
    const found = live.get(tenant)
    if (found === undefined) return undefined
    const now = clock.now()
    live.delete(tenant)
    if (isStale(found, now)) return undefined
    found.usedAt = now
    live.set(tenant, found)
    return found
  }

  function isUnknown(tenant: string): boolean {
    const until = unknown.get(tenant)
    const now = clock.now()
    // A time further away than possible is from before the clock was set back.
    if (until !== undefined && now < until && until <= now + unknownSeconds) return true
    unknown.delete(tenant)
    return false
  }

  function noteUnknown(tenant: string): void {
    const [oldest] = unknown.keys()
    if (unknown.size >= most && oldest !== undefined) unknown.delete(oldest)
    unknown.set(tenant, clock.now() + unknownSeconds)
  }

  async function makeOne(tenant: string, isCurrent: () => boolean): Promise<Live<Made> | undefined> {
    const made = await make(tenant)
    const now = clock.now()
    const one = made === undefined ? undefined : { made, madeAt: now, usedAt: now, running: 0 }
    // Somebody may have called `forget` meanwhile: then it is for those who wait, and is not kept.
    if (!isCurrent()) return one
    if (one === undefined) noteUnknown(tenant)
    else live.set(tenant, one)
    return one
  }

  /** Counts a call for a tenant. Returns the function that ends it. */
  function begin(tenant: string): () => void {
    const call = calls.get(tenant) ?? { running: 0, waiting: [] }
    calls.set(tenant, call)
    call.running += 1
    return () => {
      call.running -= 1
      if (call.running > 0) return
      calls.delete(tenant)
      for (const tell of call.waiting) tell()
    }
  }

  function run<Result>(tenant: string, one: Live<Made>, use: (made: Made) => Awaitable<Result>): Awaitable<Result> {
    one.running += 1
    const endCall = begin(tenant)
    const end = (): void => {
      endCall()
      one.running -= 1
      one.usedAt = clock.now()
      if (one.running === 0) removeUnused(one.usedAt)
    }
    try {
      const result = use(one.made)
      if (isThenable(result)) return Promise.resolve(result).finally(end)
      end()
      return result
    } catch (error) {
      end()
      throw error
    }
  }

  return {
    use(tenant, use) {
      const found = find(tenant)
      if (found !== undefined) return run(tenant, found, use)
      if (isUnknown(tenant)) return use(undefined)
      // A call that waits runs, too: nothing takes from it what is being made.
      const end = begin(tenant)
      const waiting = making.run(tenant, (isCurrent) => makeOne(tenant, isCurrent))
      return waiting.then((one) => (one === undefined ? use(undefined) : run(tenant, one, use))).finally(end)
    },
    forget(tenant) {
      live.delete(tenant)
      making.forget(tenant)
      unknown.delete(tenant)
    },
    idle(tenant) {
      const call = calls.get(tenant)
      return call === undefined ? Promise.resolve() : new Promise((resolve) => call.waiting.push(resolve))
    },
    all: () => [...live.values()].map(({ made }) => made),
  }
}
