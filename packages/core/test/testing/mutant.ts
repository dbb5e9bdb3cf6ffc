import type { Storage } from '../../src/storage/storage.ts'

/** An adapter with one fault. */
export interface Mutant {
  /** The verb that is wrong, for instance `grants.revoke`. */
  readonly verb: string
  readonly fault: string
  /** Breaks a storage that works. */
  readonly mutate: (storage: Storage) => Storage
}

// biome-ignore lint/suspicious/noExplicitAny: any verb, whatever it takes and answers
export type Call = (...args: any[]) => any

/** The verb in question, and the storage that works for whatever else a fault needs. */
export type Break = (call: Call, storage: Storage) => Call

type Stores = Readonly<Record<string, Readonly<Record<string, Call>> | Call>>

function callOf(storage: Storage, verb: string): Call {
  const [store = '', name] = verb.split('.')
  const found = (storage as unknown as Stores)[store]
  return (name === undefined ? found : (found as Readonly<Record<string, Call>>)[name]) as Call
}

/** The same storage with another implementation of one verb. */
export function withVerb(storage: Storage, verb: string, call: Call): Storage {
  const [store = '', name] = verb.split('.')
  if (name === undefined) return { ...storage, [store]: call }
  return { ...storage, [store]: { ...(storage as unknown as Stores)[store], [name]: call } }
}

export function mutant(verb: string, fault: string, broken: Break): Mutant {
  return { verb, fault, mutate: (storage) => withVerb(storage, verb, broken(callOf(storage, verb), storage)) }
}

/** A turn for everybody else: what a round trip to a database is to other requests. */
export const gap = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1))

/**
 * What a check before the write amounts to: all who ask before the first has written get the answer that the first one
 * gets. `rowOf` tells what they ask about.
 */
export function sharing(verb: string, rowOf: (...args: never[]) => unknown): Mutant {
  return mutant(verb, 'checks, then writes: who asks meanwhile gets the answer of the first', (call) => {
    const open = new Map<unknown, Promise<unknown>>()
    return (...args) => {
      const row = rowOf(...(args as never[]))
      const known = open.get(row)
      if (known !== undefined) return known
      const answer = gap().then(() => {
        open.delete(row)
        return call(...args)
      })
      open.set(row, answer)
      return answer
    }
  })
}

/** An answer that is right but for one outcome. */
export function misnaming(verb: string, outcome: unknown, said: unknown): Mutant {
  return mutant(verb, `answers ${JSON.stringify(said)} for ${JSON.stringify(outcome)}`, (call) => async (...args) => {
    const answer = await call(...args)
    return answer === outcome ? said : answer
  })
}

/** Whatever strings are in there, changed; the members named in `only`, if any. */
export function mapStrings(value: unknown, change: (text: string) => string, only?: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return only === undefined ? change(value) : value
  if (Array.isArray(value)) return value.map((one) => mapStrings(one, change, only))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      typeof member === 'string' && only?.has(name) ? change(member) : mapStrings(member, change, only),
    ]),
  )
}

/** Changes what goes in, or what comes out. */
export function altering(verb: string, fault: string, change: { in?: Call; out?: Call }): Mutant {
  return mutant(verb, fault, (call) => async (...args) => {
    const answer = await call(...(change.in ? [change.in(args[0]), ...args.slice(1)] : args))
    return change.out && answer !== undefined ? change.out(answer) : answer
  })
}
