import type { Storage } from '@oauth/core'
import { wrapStorage } from '../storage.ts'

/** The work that a request costs, as numbers that no clock changes. */
export interface Work {
  /** Calls of the storage. */
  storage: number
  /** Calls of the host's functions, and requests to other servers. */
  host: number
  /** Hashes and HMACs. */
  hashes: number
  /** Signatures, their verification, encryption, and key imports. */
  keys: number
}

export const work: Work = { storage: 0, host: 0, hashes: 0, keys: 0 }

export function resetWork(): void {
  Object.assign(work, { storage: 0, host: 0, hashes: 0, keys: 0 })
}

type Callable = (...values: never[]) => unknown

/** Makes each call of these methods count. */
function countCalls(target: object, kind: keyof Work, names: readonly string[]): void {
  const members = target as Record<string, Callable>
  for (const name of names) {
    const method = members[name]
    if (method === undefined) continue
    members[name] = function counted(this: unknown, ...values: never[]): unknown {
      work[kind]++
      return Reflect.apply(method, this === members || this === undefined ? target : this, values)
    }
  }
}

/**
 * Makes the cryptography of the platform count. Call it before the modules of the server load: they keep some of the
 * functions.
 */
export function countCryptography(): void {
  const node = process.getBuiltinModule('node:crypto')
  countCalls(node, 'hashes', ['hash', 'createHash', 'createHmac'])
  countCalls(node, 'keys', ['sign', 'createPrivateKey', 'createCipheriv', 'createDecipheriv'])
  const { subtle } = globalThis.crypto
  countCalls(subtle, 'hashes', ['digest'])
  countCalls(subtle, 'keys', ['sign', 'verify', 'importKey', 'deriveBits', 'encrypt', 'decrypt', 'generateKey'])
}

/** Makes each call of the storage count. */
export function countStorage(storage: Storage): Storage {
  return wrapStorage(storage, (_name, _args, run) => {
    work.storage++
    return run()
  })
}

/** Makes each call of this function of the host count. */
export function countHost<Values extends unknown[], Result>(
  answer: (...values: Values) => Result,
): (...values: Values) => Result {
  return (...values) => {
    work.host++
    return answer(...values)
  }
}
