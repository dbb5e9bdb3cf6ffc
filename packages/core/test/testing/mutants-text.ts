import type { Storage } from '../../src/storage/storage.ts'
import { wrapStorage } from '../support/storage.ts'
import { altering, type Mutant, mapStrings } from './mutant.ts'

const folds = {
  'takes A for a': (text: string) => text.toLowerCase(),
  'takes é for e': (text: string) => text.normalize('NFD').replaceAll(/\p{M}/gu, ''),
  'ignores spaces at the end': (text: string) => text.trimEnd(),
} as const

const idMembers: ReadonlySet<string> = new Set([
  ...['id', 'jti', 'grantId', 'clientId', 'userId', 'referenceId', 'sessionId', 'kind', 'ownerId', 'algorithm'],
])

/** A collation for one verb: what it is given counts as the first text that was seen anywhere and is the same to it. */
function folding(verb: string, fault: keyof typeof folds): Mutant {
  const fold = folds[fault]
  const mutate = (storage: Storage): Storage => {
    const seen = new Map<string, string>()
    const first = (text: string): string => {
      const folded = fold(text)
      if (!seen.has(folded)) seen.set(folded, text)
      return seen.get(folded) ?? text
    }
    const stores = storage as unknown as Record<string, Record<string, (...args: unknown[]) => unknown>>
    return wrapStorage(storage, (name, args, run) => {
      const folded = args.map((arg) => {
        // A list of texts is a list of ids, whatever the members of a record are called.
        const texts = typeof arg === 'string' || (Array.isArray(arg) && arg.every((one) => typeof one === 'string'))
        return mapStrings(arg, first, texts ? undefined : idMembers)
      })
      if (name !== verb) return run()
      const [store = '', member = ''] = name.split('.')
      return stores[store]?.[member]?.(...folded)
    }) as Storage
  }
  return { verb, fault, mutate }
}

/** Every verb that looks something up. */
const lookUps = [
  ...['clients.find', 'clients.insert', 'clients.replace', 'clients.markUsed', 'clients.delete', 'clients.list'],
  ...['records.insert', 'records.find', 'records.findMany', 'records.list', 'records.replace', 'records.take'],
  ...['records.deleteAll'],
  ...['consents.find', 'consents.findById', 'consents.list', 'consents.remember', 'consents.replaceScope'],
  ...['consents.delete', 'consents.deleteAll'],
  ...['grants.find', 'grants.list', 'grants.revoke', 'grants.revokeAll'],
  ...['grants.commit', 'authorizationCodes.find', 'authorizationCodes.redeem'],
  ...[
    'accessTokens.insert',
    'accessTokens.find',
    'accessTokens.delete',
    'accessTokens.revokeJwt',
    'accessTokens.findJwt',
  ],
  ...['refreshTokens.find', 'refreshTokens.rotate', 'refreshTokens.reuse'],
  ...['signingKeys.insert', 'signingKeys.delete'],
]

/** Every verb that writes text. */
const writes = [
  ...['clients.insert', 'clients.replace', 'records.insert', 'records.replace', 'consents.remember'],
  ...['grants.commit', 'authorizationCodes.redeem', 'accessTokens.insert', 'refreshTokens.rotate'],
  ...['signingKeys.insert'],
]

/** Cuts what is longer: the text itself, and nothing of what is not longer. */
function cutting(verb: string, length: number): Mutant {
  return altering(verb, `cuts text at ${length} characters`, {
    in: (record) => mapStrings(record, (text) => text.slice(0, length)),
  })
}

const cutIds = [...writes, 'accessTokens.revokeJwt']

export const collatingAdapters: readonly Mutant[] = lookUps.flatMap((verb) =>
  (Object.keys(folds) as (keyof typeof folds)[]).map((fault) => folding(verb, fault)),
)

export const cuttingAdapters: readonly Mutant[] = [
  ...writes.map((verb) => cutting(verb, 10_000)),
  ...cutIds.map((verb) => cutting(verb, 254)),
]
