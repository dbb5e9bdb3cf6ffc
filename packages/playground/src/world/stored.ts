import type { Storage } from '@oauth/core'
import type { StorageCall } from './exchange.ts'

/** One row of the storage, as it is now. */
export interface StoredRow {
  readonly table: string
  readonly id: string
  readonly row: object
}

/** The storage of a provider, with what is needed to show it. */
export interface WatchedStorage {
  readonly storage: Storage
  /** Returns the calls since the last time. */
  takeCalls(): readonly StorageCall[]
  /** Reads all rows that are there now. */
  rows(): Promise<readonly StoredRow[]>
}

type Table = Exclude<keyof Storage, 'check' | 'purgeExpired' | 'ranges' | 'longestId'>

/**
 * Wraps a storage. The port has no verb that lists everything, so the wrapper notes the ids that pass through it, and
 * reads each again when somebody looks: what it shows is what the storage holds.
 */
export function watchStorage(storage: Storage): WatchedStorage {
  let calls: StorageCall[] = []
  const seen: Record<Table, Set<string>> = {
    clients: new Set(),
    consents: new Set(),
    grants: new Set(),
    authorizationCodes: new Set(),
    accessTokens: new Set(),
    refreshTokens: new Set(),
    signingKeys: new Set(),
    records: new Set(),
  }

  const note = (table: Table, argument: unknown): void => {
    if (typeof argument !== 'object' || argument === null) return
    const { id, kind, ...members } = argument as Record<string, unknown>
    if (table === 'records') seen.records.add(JSON.stringify({ kind, id }))
    else if (typeof id === 'string') seen[table].add(id)
    const { consent, grant, code, accessToken, refreshToken, successor } = members
    note('consents', consent)
    note('grants', grant)
    note('authorizationCodes', code)
    note('accessTokens', accessToken)
    note('refreshTokens', refreshToken)
    note('refreshTokens', successor)
  }

  const watchTable = <Name extends Table>(name: Name): Storage[Name] => {
    const store = storage[name] as unknown as Record<string, (...values: unknown[]) => unknown>
    const watched = Object.fromEntries(
      Object.keys(store).map((verb) => [
        verb,
        (...values: unknown[]) => {
          note(name, values[0])
          const result = store[verb]?.(...values)
          const outcome = outcomeOf(result)
          calls.push({ verb: `${name}.${verb}`, ...(outcome !== undefined && { outcome }) })
          return result
        },
      ]),
    )
    return watched as unknown as Storage[Name]
  }

  const rowsOf = async (table: string, ids: Set<string>, find: (id: string) => unknown): Promise<StoredRow[]> => {
    const rows: StoredRow[] = []
    for (const id of ids) {
      const row = await find(id)
      if (typeof row === 'object' && row !== null) rows.push({ table, id, row })
    }
    return rows
  }

  return {
    storage: {
      ...storage,
      clients: watchTable('clients'),
      consents: watchTable('consents'),
      grants: watchTable('grants'),
      authorizationCodes: watchTable('authorizationCodes'),
      accessTokens: watchTable('accessTokens'),
      refreshTokens: watchTable('refreshTokens'),
      signingKeys: watchTable('signingKeys'),
      records: watchTable('records'),
    },
    takeCalls() {
      const taken = calls
      calls = []
      return taken
    },
    async rows() {
      const keys = await storage.signingKeys.list()
      return [
        ...(await rowsOf('clients', seen.clients, (id) => storage.clients.find(id))),
        ...(await rowsOf('grants', seen.grants, (id) => storage.grants.find(id))),
        ...(await rowsOf('codes', seen.authorizationCodes, async (id) => {
          return (await storage.authorizationCodes.find(id))?.code
        })),
        ...(await rowsOf('access tokens', seen.accessTokens, async (id) => {
          return (await storage.accessTokens.find(id))?.token
        })),
        ...(await rowsOf('refresh tokens', seen.refreshTokens, async (id) => {
          return (await storage.refreshTokens.find(id))?.token
        })),
        ...(await rowsOf('consents', seen.consents, (id) => storage.consents.findById(id))),
        ...(await rowsOf('records', seen.records, (key) => storage.records.find(JSON.parse(key)))),
        ...keys.map((row) => ({ table: 'signing keys', id: row.id, row })),
      ]
    },
  }
}

function outcomeOf(result: unknown): string | undefined {
  if (typeof result === 'string' || typeof result === 'boolean') return String(result)
  if (result === undefined) return undefined
  const { outcome } = (result ?? {}) as { readonly outcome?: unknown }
  return typeof outcome === 'string' ? outcome : undefined
}
