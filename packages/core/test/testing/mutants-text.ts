import type { Storage } from '../../src/storage/storage.ts'
import { wrapStorage } from '../support/storage.ts'
import { altering, type Mutant, mapStrings } from './mutant.ts'

const folds = {
  'treats A and a as equal': (text: string) => text.toLowerCase(),
  'treats é and e as equal': (text: string) => text.normalize('NFD').replaceAll(/\p{M}/gu, ''),
  'ignores trailing spaces': (text: string) => text.trimEnd(),
} as const

const idMembers: ReadonlySet<string> = new Set([
  ...['id', 'jti', 'grantId', 'clientId', 'userId', 'referenceId', 'sessionId', 'kind', 'ownerId', 'algorithm'],
])

/** A collation for one verb: it replaces each text by the first text of any call that the collation treats as equal. */
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
        // A text or a list of texts is an id or a list of ids. Of a record, only some members are ids.
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

/** Every verb that finds rows by a text. */
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

/** A verb that cuts text after `length` characters. */
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
