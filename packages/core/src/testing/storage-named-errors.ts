import type { Storage } from '../storage/storage.ts'

type Verb = (...args: unknown[]) => unknown

/** Wraps a storage so that the error of a verb names the verb. */
export function nameErrors(storage: Storage): Storage {
  return proxy(storage, '') as Storage
}

function proxy(target: object, prefix: string): object {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name)
      const verb = `${prefix}${String(name)}`
      if (typeof member === 'function') return named(verb, member as Verb, target)
      return typeof member === 'object' && member !== null ? proxy(member, `${verb}.`) : member
    },
  })
}

function named(verb: string, call: Verb, self: object): Verb {
  const fail = (error: unknown): never => {
    throw new Error(`${verb} failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
  return (...args) => {
    try {
      const answer = call.apply(self, args)
      return answer instanceof Promise ? answer.catch(fail) : answer
    } catch (error) {
      return fail(error)
    }
  }
}
