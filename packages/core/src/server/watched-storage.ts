import { stopwatch } from '../contracts/clock.ts'
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
      if (served !== undefined) {
        served.storageMilliseconds += stopwatch() - started
        served.storageCalls += 1
      }
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

/** Wraps a storage so that its calls are measured. The functions are made once, and each request only names itself. */
export function watchStorage(storage: Storage, measure: Measure): WatchedStorage {
  const stores = Object.create(null) as Record<string, object>
  const shared: Record<string, unknown> = {}
  for (const name of namesOf(storage)) {
    const member = (storage as unknown as Readonly<Record<string, unknown>>)[name]
    if (typeof member === 'function') {
      shared[name] = function (this: WithRequest, ...values: unknown[]) {
        return measure(this.served, 'storage', name, () => (member as Verb).apply(storage, values))
      }
    } else if (typeof member === 'object' && member !== null) stores[name] = watchStore(name, member, measure)
    // A number is a fact about the storage: `longestId`.
    else shared[name] = member
  }
  const make = (served: ServedRequest | undefined): Storage => {
    const made: Record<string, unknown> = Object.assign(Object.create(shared), { served })
    for (const name in stores) made[name] = Object.assign(Object.create(stores[name] as object), { served })
    return made as unknown as Storage
  }
  return { storage: make(undefined), of: make }
}

function watchStore(name: string, store: object, measure: Measure): object {
  const watched: Record<string, unknown> = {}
  for (const verb of namesOf(store)) {
    const call = (store as Readonly<Record<string, unknown>>)[verb]
    if (typeof call !== 'function') continue
    watched[verb] = function (this: WithRequest, ...values: unknown[]) {
      return measure(this.served, name, verb, () => (call as Verb).apply(store, values))
    }
  }
  return watched
}

/** The names of the members of an object, those of its class included. */
function namesOf(value: object): readonly string[] {
  const names = new Set<string>()
  for (let one: object | null = value; one !== null && one !== Object.prototype; one = Object.getPrototypeOf(one)) {
    for (const name of Object.getOwnPropertyNames(one)) if (name !== 'constructor') names.add(name)
  }
  return [...names]
}
