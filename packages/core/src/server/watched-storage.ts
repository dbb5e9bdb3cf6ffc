import { stopwatch } from '../contracts/clock.ts'
import type { StorageCall } from '../contracts/observer.ts'
import type { ServedRequest } from '../contracts/served-request.ts'
import type { Announcements } from '../host/events.ts'
import { isThenable } from '../storage/awaitable.ts'
import type { Storage } from '../storage/storage.ts'

/** A storage whose calls are measured and told to observers. */
export interface WatchedStorage {
  /** For work that belongs to no request. */
  readonly storage: Storage
  /** For the work of one request, whose calls are added up there. */
  of(served: ServedRequest): Storage
}

interface WithRequest {
  readonly served: ServedRequest | undefined
}

type Verb = (...values: unknown[]) => unknown
type Ending = (failure?: { readonly error: unknown }) => void

/** Runs a call of the storage. */
export type Measure = <T>(served: ServedRequest | undefined, store: string, verb: string, run: () => T) => T

/** Adds a call of the storage, which has begun at `started`, to those of a request. */
export function countCall(served: ServedRequest, started: number): void {
  served.storageMilliseconds += stopwatch() - started
  served.storageCalls += 1
}

/** Makes the function that measures a call: for the request, and for the observers. */
export function createMeasure({ observers, guard }: Announcements): Measure {
  const watching = observers.filter((observer) => observer.storage !== undefined)
  return (served, store, verb, run) => {
    const endings = watching.flatMap(
      (observer): Ending | readonly [] =>
        guard('the observer of the storage', () => observer.storage?.({ store, verb })) ?? [],
    )
    const started = stopwatch()
    const end: Ending = (failure) => {
      if (served !== undefined) countCall(served, started)
      for (const ending of endings) guard('the observer of the storage', () => ending(failure))
    }
    let result: ReturnType<typeof run>
    try {
      result = run()
    } catch (error) {
      end({ error })
      throw error
    }
    if (!isThenable(result)) {
      end()
      return result
    }
    const ended = result.then(
      (value) => {
        end()
        return value
      },
      (error: unknown) => {
        end({ error })
        throw error
      },
    )
    return ended as ReturnType<typeof run>
  }
}

/**
 * Wraps a storage so that its calls are measured. The functions are made once, and each request only names itself. A member
 * that is neither a store nor a function stays what it is.
 */
export function watchStorage(storage: Storage, measure: Measure): WatchedStorage {
  const stores = Object.create(null) as Record<string, object>
  const watch = (name: string, member: unknown, served: WithRequest['served']): unknown => {
    if (typeof member === 'function')
      return measuring(storage, { store: 'storage', verb: name }, member as Verb, measure)
    if (typeof member !== 'object' || member === null) return member
    return forRequest(watchStore(name, member, measure), served)
  }
  const shared = withUnlisted(storage, watch)
  for (const name of namesOf(storage)) {
    const member = (storage as unknown as Readonly<Record<string, unknown>>)[name]
    if (typeof member === 'object' && member !== null) stores[name] = watchStore(name, member, measure)
    else shared[name] = watch(name, member, undefined)
  }
  const make = (served: ServedRequest | undefined): Storage => {
    const made = forRequest(shared, served)
    for (const name in stores) made[name] = forRequest(stores[name] as object, served)
    return made as unknown as Storage
  }
  return { storage: make(undefined), of: make }
}

function watchStore(store: string, owner: object, measure: Measure): object {
  const watch = (verb: string, member: unknown): unknown =>
    typeof member === 'function' ? measuring(owner, { store, verb }, member as Verb, measure) : member
  const watched = withUnlisted(owner, watch)
  for (const verb of namesOf(owner)) watched[verb] = watch(verb, (owner as Readonly<Record<string, unknown>>)[verb])
  return watched
}

function measuring(owner: object, { store, verb }: StorageCall, call: Verb, measure: Measure): Verb {
  return function (this: WithRequest, ...values: unknown[]) {
    return measure(this.served, store, verb, () => call.apply(owner, values))
  } as Verb
}

function forRequest(watched: object, served: ServedRequest | undefined): Record<string, unknown> {
  return Object.assign(Object.create(watched), { served })
}

/**
 * Makes the object for the watched members of a storage or a store. A proxy, for instance of a storage in another process, answers
 * to names that it does not list, so whatever is asked for and is not there is looked up.
 */
function withUnlisted(
  owner: object,
  watch: (name: string, member: unknown, served: WithRequest['served']) => unknown,
): Record<string, unknown> {
  const unlisted = new Proxy(Object.create(null) as object, {
    get(_target, name, request: WithRequest) {
      const member: unknown = Reflect.get(owner, name)
      return typeof name === 'string' ? watch(name, member, request.served) : member
    },
  })
  return Object.create(unlisted, { served: { value: undefined, writable: true } })
}

/** The names of the members of an object, those of its class included. */
function namesOf(value: object): readonly string[] {
  const names = new Set<string>()
  for (let one: object | null = value; one !== null && one !== Object.prototype; one = Object.getPrototypeOf(one)) {
    for (const name of Object.getOwnPropertyNames(one)) if (name !== 'constructor') names.add(name)
  }
  return [...names]
}
