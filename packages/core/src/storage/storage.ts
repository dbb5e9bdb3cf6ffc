import type { AccessTokenStore } from './access-token.ts'
import type { AuthorizationCodeStore } from './authorization-code.ts'
import type { Awaitable } from './awaitable.ts'
import type { ClientStore } from './client.ts'
import type { ConsentStore } from './consent.ts'
import type { GrantStore } from './grant-store.ts'
import type { RangeStore } from './range.ts'
import type { RecordStore } from './record.ts'
import type { RefreshTokenStore } from './refresh-token.ts'
import type { SigningKeyStore } from './signing-key.ts'

/**
 * The storage port: what an adapter has to implement. An adapter needs no policy, no clock and no secrets. The core
 * hashes or encrypts every secret, passes the time in (seconds since the epoch) and decides what the stored facts mean.
 * What may happen once has one verb that succeeds for exactly one caller; those verbs are marked ATOMIC. Strings are
 * compared byte for byte: case, accents and trailing spaces matter. Ids have at most 255 characters and no NUL; other
 * text is unbounded. When the database cannot be reached, a verb throws `StorageUnavailableError`.
 *
 * `storageContract` in `@oauth/core/testing` tests an adapter against these requirements.
 */
export interface Storage {
  readonly clients: ClientStore
  readonly consents: ConsentStore
  readonly grants: GrantStore
  readonly authorizationCodes: AuthorizationCodeStore
  readonly accessTokens: AccessTokenStore
  readonly refreshTokens: RefreshTokenStore
  readonly signingKeys: SigningKeyStore
  /** Everything else that the core and the features store. No feature needs a store of its own. */
  readonly records: RecordStore
  /** Verbs for a storage that many tenants share (`createTenants`). Absent in a storage that cannot be shared. */
  readonly ranges?: RangeStore
  /** How many characters an id may have, where that is less than 255: the storage of a tenant puts a name before each id. */
  readonly longestId?: number
  /**
   * Checks that everything that the verbs need exists: the tables with their columns, and the version of the schema.
   * Answers what is wrong and what to do (`run migrate(db)`), without secrets, or `undefined`. Throws when the storage
   * cannot be reached. `provider.ready()` calls it; without it, `ready` reads a client that does not exist.
   */
  check?(): Awaitable<string | undefined>
  /**
   * Removes at most `limit` rows (in all) whose `expiresAt < now`: records, codes, tokens, revoked `jti`s, and
   * grants that have expired. A revoked grant stays until it would have expired; each row goes by its own `expiresAt`.
   * It also clears `sealedSuccessor` and `sealedUntil` of the refresh tokens with `sealedUntil < now`; each of them
   * counts like a removed row. Answers how many rows it removed or cleared.
   *
   * Requests and other purges may run at the same time. The work is bounded by `limit` and not by what is stored, no
   * lock is held longer than one delete, and each row is counted once. A row that is used or extended meanwhile is
   * either kept whole or removed whole. It need not be one transaction.
   */
  purgeExpired(query: {
    readonly now: number
    readonly limit: number
    /**
     * Also removes the clients with a `registrationTokenHash` and without `usedAt` that were created before this
     * second. They count towards `limit`. A client that `markUsed` reaches first stays.
     */
    readonly unusedClientsBefore?: number
  }): Awaitable<number>
}
