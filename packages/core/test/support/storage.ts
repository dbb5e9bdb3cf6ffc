import type { Storage } from '@oauth/core'

/** Runs around a call of a storage verb, with the verb's name (`grants.revoke`), its arguments, and the call itself. */
export type Around = (name: string, args: readonly unknown[], run: () => unknown) => unknown

/** Returns the storage with `around` run around each call. */
export function wrapStorage(storage: Storage, around: Around): Storage {
  const wrapStore = (store: object, prefix: string): object =>
    Object.fromEntries(
      Object.entries(store).map(([name, member]) => {
        if (typeof member !== 'function') return [name, wrapStore(member, `${name}.`)]
        return [name, (...args: unknown[]) => around(prefix + name, args, () => member.apply(store, args))]
      }),
    )
  return wrapStore(storage, '') as unknown as Storage
}

/** A storage as behind a network: each call lets other code run a pseudo-random number of times, before and after. */
export function yieldingStorage(storage: Storage, seed = 1): Storage {
  const turns = pseudoRandom(seed)
  const pause = async (): Promise<void> => {
    const count = turns(7)
    for (let turn = 0; turn < count; turn++) await Promise.resolve()
    if (count > 4) await new Promise((resolve) => setImmediate(resolve))
  }
  return wrapStorage(storage, async (_name, _args, run) => {
    await pause()
    const result = run()
    await pause()
    return result
  })
}

/** A storage that records every argument and answer as text: all that a database dump can ever contain. */
export function recordingStorage(storage: Storage): { readonly storage: Storage; dump(): string } {
  const seen: string[] = []
  return {
    storage: wrapStorage(storage, (name, args, run) => {
      seen.push(`${name} ${JSON.stringify(args)}`)
      const result = run()
      seen.push(`${name} -> ${JSON.stringify(result)}`)
      return result
    }),
    dump: () => seen.join('\n'),
  }
}

/** Makes a generator of integers below `limit` that are the same in every run. */
export function pseudoRandom(seed: number): (limit: number) => number {
  let state = seed * 2_654_435_761 + 1
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state >>> 8) % limit
  }
}
