import type { Storage } from '@oauth/core'

/** One call of a storage verb: its name (`grants.revoke`), what went in, and how to make it. */
export type Around = (name: string, args: readonly unknown[], run: () => unknown) => unknown

/** The same storage with something around each call. */
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

/** A storage behind a network: each call gives way a pseudo-random number of times before it runs and after. */
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

/** A storage whose every argument and answer is kept as text: all that a dump of the database could show, ever. */
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

/** Numbers below `limit`, the same in every run. */
export function pseudoRandom(seed: number): (limit: number) => number {
  let state = seed * 2_654_435_761 + 1
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state >>> 8) % limit
  }
}
