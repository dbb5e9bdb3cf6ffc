import type { Awaitable } from './awaitable.ts'
import type { ClientRecord } from './client.ts'
import type { SigningKeyRecord } from './signing-key.ts'

/** All texts from `from` on and before `below`, in the order of their bytes. */
export interface IdRange {
  readonly from: string
  readonly below: string
}

/**
 * What a storage needs so that many tenants can share it (`tenantStorage` of `@oauth/core/tenants`). Each tenant has a range
 * of ids for itself, and these verbs read and write only what is inside one range. A storage of one server needs none of
 * them.
 */
export interface RangeStore {
  /** Reads the clients whose ids are in the range, in the order of the bytes of their ids, after the id `after`. */
  listClients(query: IdRange & { readonly after?: string; readonly limit: number }): Awaitable<readonly ClientRecord[]>
  /** Reads the keys whose algorithm is in the range, ordered by algorithm and generation. */
  listSigningKeys(range: IdRange): Awaitable<readonly SigningKeyRecord[]>
  /**
   * Removes at most `limit` of the clients in the range that have a `registrationTokenHash`, have no `usedAt` and were created
   * before this second, and answers how many. A client that `markUsed` reaches first stays.
   */
  purgeUnusedClients(query: IdRange & { readonly before: number; readonly limit: number }): Awaitable<number>
  /**
   * Removes at most `limit` rows (in all) and answers how many: signing keys whose algorithm is in the range, records whose
   * kind is in it, and clients, consents, grants, codes, tokens and revoked `jti`s whose id is. It answers less than `limit`
   * only when no row of the range is left. It need not be one transaction.
   */
  delete(query: IdRange & { readonly limit: number }): Awaitable<number>
}
