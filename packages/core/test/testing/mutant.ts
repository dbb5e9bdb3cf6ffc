import type { Storage } from '../../src/storage/storage.ts'

/** A storage adapter with one fault. The storage contract must refuse it. */
export interface Mutant {
  /** The verb with the fault, for instance `grants.revoke`. */
  readonly verb: string
  readonly fault: string
  /** Puts the fault into a working storage. */
  readonly mutate: (storage: Storage) => Storage
}

// biome-ignore lint/suspicious/noExplicitAny: any verb, whatever it takes and answers
export type Call = (...args: any[]) => any

/** Makes the faulty verb from the working verb and the working storage. */
export type Break = (call: Call, storage: Storage) => Call

type Stores = Readonly<Record<string, Readonly<Record<string, Call>> | Call>>

function callOf(storage: Storage, verb: string): Call {
  const [store = '', name] = verb.split('.')
  const found = (storage as unknown as Stores)[store]
  return (name === undefined ? found : (found as Readonly<Record<string, Call>>)[name]) as Call
}

/** Returns the storage with another implementation of one verb. */
export function withVerb(storage: Storage, verb: string, call: Call): Storage {
  const [store = '', name] = verb.split('.')
  if (name === undefined) return { ...storage, [store]: call }
  return { ...storage, [store]: { ...(storage as unknown as Stores)[store], [name]: call } }
}

export function mutant(verb: string, fault: string, broken: Break): Mutant {
  return { verb, fault, mutate: (storage) => withVerb(storage, verb, broken(callOf(storage, verb), storage)) }
}

/** Lets other requests run, as a round trip to a database does. */
export const gap = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1))

/**
 * A verb that checks first and writes later: every caller who checks the same row before the first caller has written
 * gets the answer of the first caller. `rowOf` names the row.
 */
export function sharing(verb: string, rowOf: (...args: never[]) => unknown): Mutant {
  return mutant(verb, 'checks before it writes, so that concurrent callers get the answer of the first', (call) => {
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

/** A verb that answers `said` where it should answer `outcome`. */
export function misnaming(verb: string, outcome: unknown, said: unknown): Mutant {
  return mutant(verb, `answers ${JSON.stringify(said)} for ${JSON.stringify(outcome)}`, (call) => async (...args) => {
    const answer = await call(...args)
    return answer === outcome ? said : answer
  })
}

/** Changes every string in a value, at any depth. With `only`, it changes only the members with these names. */
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

/** A verb whose first argument (`in`) or answer (`out`) is changed. */
export function altering(verb: string, fault: string, change: { in?: Call; out?: Call }): Mutant {
  return mutant(verb, fault, (call) => async (...args) => {
    const answer = await call(...(change.in ? [change.in(args[0]), ...args.slice(1)] : args))
    return change.out && answer !== undefined ? change.out(answer) : answer
  })
}
