import type { Storage } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'

const reads: ReadonlySet<string> = new Set(['find', 'findById', 'findJwt', 'findMany', 'list'])

type Store = Record<string, (...values: unknown[]) => unknown>
type Around = (store: string, verb: string, call: () => unknown) => unknown

/** Makes a memory storage with `around` run around every call. */
function wrapStorage(around: Around): Storage {
  const plain = memoryStorage()
  const wrapped: Record<string, unknown> = {}
  for (const [name, store] of Object.entries(plain)) {
    wrapped[name] = typeof store === 'function' ? store : wrapStore(name, store as unknown as Store, around)
  }
  return wrapped as unknown as Storage
}

function wrapStore(name: string, store: Store, around: Around): Store {
  return Object.fromEntries(
    Object.entries(store).map(([verb, call]) => [
      verb,
      (...values: unknown[]) => around(name, verb, () => call(...values)),
    ]),
  )
}

/** A storage and the list of its writes, without writes of signing keys, which the server makes on first use. */
export function watchStorage(): { readonly storage: Storage; readonly writes: string[] } {
  const writes: string[] = []
  const storage = wrapStorage((store, verb, call) => {
    if (store !== 'signingKeys' && !reads.has(verb)) writes.push(`${store}.${verb}`)
    return call()
  })
  return { storage, writes }
}

/** A storage that works until `fail` names a verb and the error that the verb then throws. */
export function failingStorage(): { readonly storage: Storage; fail(store: string, verb: string, error: Error): void } {
  const failures = new Map<string, Error>()
  const storage = wrapStorage((store, verb, call) => {
    const error = failures.get(`${store}.${verb}`)
    if (error !== undefined) throw error
    return call()
  })
  return { storage, fail: (store, verb, error) => failures.set(`${store}.${verb}`, error) }
}
