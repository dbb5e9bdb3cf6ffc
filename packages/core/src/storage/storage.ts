import type { AccessTokenStore } from './access-token.ts'
import type { AuthorizationCodeStore } from './authorization-code.ts'
import type { Awaitable } from './awaitable.ts'
import type { ClientStore } from './client.ts'
import type { ConsentStore } from './consent.ts'
import type { GrantStore } from './grant-store.ts'
import type { RecordStore } from './record.ts'
import type { RefreshTokenStore } from './refresh-token.ts'
import type { SigningKeyStore } from './signing-key.ts'

/**
 * The storage port. An adapter has no policy, no clock and no secrets: the core hashes or seals every secret, passes the
 * time in (seconds since the epoch) and decides what the facts mean. What may happen once has one verb that succeeds for
 * exactly one caller; those are marked ATOMIC. Strings are compared byte for byte: case, accents and trailing spaces
 * matter; ids have at most 255 characters and no NUL, other text has no end. Where the database cannot be reached, a verb
 * throws `StorageUnavailableError`.
 *
 * `storageContract` in `@oauth/core/testing` checks an adapter against all of this.
 */
export interface Storage {
  readonly clients: ClientStore
  readonly consents: ConsentStore
  readonly grants: GrantStore
  readonly authorizationCodes: AuthorizationCodeStore
  readonly accessTokens: AccessTokenStore
  readonly refreshTokens: RefreshTokenStore
  readonly signingKeys: SigningKeyStore
  /** Everything else that the core and the features keep. No feature needs a store of its own. */
  readonly records: RecordStore
  /**
   * Looks whether everything that the verbs need is there: each table with its columns, and the version of the schema.
   * Answers what is wrong and what to do (`run migrate(db)`), without secrets, or `undefined`. Throws when the storage
   * cannot be reached. `provider.ready()` asks; without it, it reads one client that does not exist.
   */
  check?(): Awaitable<string | undefined>
  /**
   * Removes at most `limit` rows (in all) whose `expiresAt < now`: records, codes, tokens, revoked `jti`s, and grants that
   * have ended by themselves. A revoked grant stays until it would have expired; each row goes by its own `expiresAt`. Also
   * clears `sealedSuccessor` and `sealedUntil` of the refresh tokens whose `sealedUntil < now`: each counts like a row that
   * went. Answers how many went.
   *
   * It runs beside traffic and beside itself: the work is bounded by `limit` and not by what is stored, no lock is held
   * longer than one delete, each row is counted once, and what is used or extended meanwhile is so as a whole, or gone
   * as a whole. It need not be one transaction.
   */
  purgeExpired(query: {
    readonly now: number
    readonly limit: number
    /**
     * Also the clients with a `registrationTokenHash` and without `usedAt` whose `createdAt` is before this second. They
     * count towards `limit`. One that `markUsed` reaches first stays.
     */
    readonly unusedClientsBefore?: number
  }): Awaitable<number>
}
