import type { AccessTokenStore } from './access-token.ts'
import type { AuthorizationCodeStore } from './authorization-code.ts'
import type { Awaitable } from './awaitable.ts'
import type { ClientStore } from './client.ts'
import type { ConsentStore } from './consent.ts'
import type { GrantStore } from './grant.ts'
import type { InteractionStore } from './interaction.ts'
import type { RefreshTokenStore } from './refresh-token.ts'
import type { SigningKeyStore } from './signing-key.ts'

/**
 * The storage port. An adapter has no policy, no clock and no secrets: the core hashes or seals every secret, passes the
 * time in (seconds since the epoch) and decides what the facts mean. What may happen once has one verb that succeeds for
 * exactly one caller; those are marked ATOMIC. Strings are compared byte for byte: case, accents and trailing spaces
 * matter.
 *
 * `storageContract` in `@oauth/core/testing` checks an adapter against all of this.
 */
export interface Storage {
  readonly clients: ClientStore
  readonly interactions: InteractionStore
  readonly consents: ConsentStore
  readonly grants: GrantStore
  readonly authorizationCodes: AuthorizationCodeStore
  readonly accessTokens: AccessTokenStore
  readonly refreshTokens: RefreshTokenStore
  readonly signingKeys: SigningKeyStore
  /**
   * Removes at most `limit` rows (in all) whose `expiresAt < now`: interactions, codes, tokens, revoked `jti`s, and
   * grants that have ended by themselves. A revoked grant stays until it would have expired; each row goes by its own
   * `expiresAt`. Answers how many went.
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
