import { isThenable } from '../storage/awaitable.ts'
import type { RangeStore } from '../storage/range.ts'
import type { Storage } from '../storage/storage.ts'
import { type Translate, translator } from './shape.ts'
import { type NamedStores, storeShapes } from './store-shapes.ts'
import { longestIdInside, type TenantNames, tenantNames } from './tenant-id.ts'

/**
 * Makes the storage of one tenant in a storage that many tenants share. It puts the tenant's id before every name on the way
 * in and takes it off on the way out: ids of clients, users, sessions, grants and tokens, kinds of records, algorithms of
 * keys. So no verb can name a row of another tenant, whatever the caller asks for. `createTenants` uses it for you.
 *
 * Ids have at most 191 characters in it (`longestId`). `purgeExpired` removes the expired rows of all tenants, and of unused
 * clients only those of this tenant.
 * @param storage a storage with `ranges`, as `memoryStorage`, `sqliteStorage` and `kyselyStorage` make it
 * @param tenant the id of the tenant
 * @throws {TypeError} when the storage has no `ranges`, or the text is no id of a tenant
 */
export function tenantStorage(storage: Storage, tenant: string): Storage {
  const names = tenantNames(tenant)
  const ranges = requireRanges(storage)
  const named = Object.fromEntries(
    Object.entries(storeShapes).map(([store, verbs]) => [
      store,
      translated(storage[store as keyof NamedStores] as unknown as Store, verbs as unknown as Verbs, names),
    ]),
  ) as unknown as NamedStores
  const { check } = storage
  const clients = translator({ each: storeShapes.clients.find.answers }) as Translate
  const keys = translator(storeShapes.signingKeys.list.answers) as Translate
  return {
    ...named,
    clients: {
      ...named.clients,
      list(query) {
        if (query.userId !== undefined || query.referenceId !== undefined) return named.clients.list(query)
        const { after, limit } = query
        const found = ranges.listClients({
          ...names.range,
          limit,
          ...(after !== undefined && { after: names.inside(after) }),
        })
        return translateAnswer(found, clients, names)
      },
    },
    signingKeys: {
      ...named.signingKeys,
      list: () => translateAnswer(ranges.listSigningKeys(names.range), keys, names),
    },
    longestId: longestIdInside,
    ...(check !== undefined && { check: () => check.call(storage) }),
    async purgeExpired({ now, limit, unusedClientsBefore: before }) {
      const removed = await storage.purgeExpired({ now, limit })
      if (before === undefined || removed >= limit) return removed
      return removed + (await ranges.purgeUnusedClients({ ...names.range, before, limit: limit - removed }))
    },
  }
}

/**
 * Returns the verbs for a storage that many tenants share.
 * @throws {TypeError} when the storage has none
 */
export function requireRanges({ ranges }: Storage): RangeStore {
  if (ranges !== undefined) return ranges
  throw new TypeError(
    'storage: many tenants cannot share this storage, because it has no ranges: use memoryStorage, sqliteStorage or kyselyStorage, or add ranges to your adapter',
  )
}

type Verb = (...values: unknown[]) => unknown
type Store = Readonly<Record<string, Verb>>
type Verbs = Readonly<Record<string, { readonly takes: readonly unknown[]; readonly answers: unknown }>>

/** Wraps a store so that each verb takes and answers the names that the tenant knows. */
function translated(store: Store, verbs: Verbs, names: TenantNames): Store {
  return Object.fromEntries(
    Object.entries(verbs).map(([verb, shape]) => {
      const takes = shape.takes.map(translator)
      const answers = translator(shape.answers)
      const call: Verb = (...values) => {
        // Values beyond the shape are not passed on: nothing says what in them is a name.
        const inside = takes.map((translate, index) =>
          translate === undefined ? values[index] : translate(values[index], names.inside),
        )
        const answer = (store[verb] as Verb).apply(store, inside)
        return answers === undefined ? answer : translateAnswer(answer, answers, names)
      }
      return [verb, call]
    }),
  )
}

/** Translates the answer of a verb. An answer that is there at once stays at once. */
function translateAnswer<Answer>(answer: Answer, translate: Translate, { outside }: TenantNames): Answer {
  return (
    isThenable(answer) ? Promise.resolve(answer).then((late) => translate(late, outside)) : translate(answer, outside)
  ) as Answer
}
