import type { ClientMetadata } from '../protocol/client-metadata.ts'
import type { Awaitable } from './awaitable.ts'

/** One secret of a client. During a rotation two are good at once. */
export interface ClientSecret {
  /** SHA-256 of the secret, base64url. */
  readonly hash: string
  /** Seconds since the epoch; the secret is refused from this second on. `0` means never. */
  readonly expiresAt: number
  /** The secret itself, sealed. Only where a protocol needs the plaintext (HS256 under `disableJwtPlugin`). */
  readonly sealed?: string
}

/** A registered client ({@link https://www.rfc-editor.org/rfc/rfc7591 RFC 7591}). */
export interface ClientRecord {
  readonly id: string
  readonly metadata: ClientMetadata
  /** The last is the current one; after a rotation the one before it may be good for a while. */
  readonly secrets: readonly ClientSecret[]
  readonly disabled: boolean
  /** The user who owns the client, if one does. */
  readonly userId?: string
  /** The organisation (or any other group of the host's) that owns the client, if one does. */
  readonly referenceId?: string
  /** Registered by itself (RFC 7591): SHA-256 of the registration access token (and of the issuer) with which it manages itself. */
  readonly registrationTokenHash?: string
  /** Seconds since the epoch at which it first got a code or token; absent as long as it never did. */
  readonly usedAt?: number
  readonly createdAt: number
  readonly updatedAt: number
  /** Counts up with each change; `replace` compares it, so that of two writers exactly one wins. */
  readonly version: number
}

export interface ClientStore {
  /** Reads one client, disabled ones too. Ids are compared byte for byte. */
  find(id: string): Awaitable<ClientRecord | undefined>
  /** ATOMIC. Adds the client unless its id is taken (`exists`; nothing changes then). */
  insert(record: ClientRecord): Awaitable<'won' | 'exists'>
  /**
   * ATOMIC. Replaces the client whose stored version is `expectedVersion`; with any other version nothing changes.
   * `usedAt` is not part of it: what is stored stays, whatever the record says, so that no writer undoes a first use
   * that was noted while it worked.
   */
  replace(record: ClientRecord, expectedVersion: number): Awaitable<'won' | 'conflict'>
  /**
   * ATOMIC. Notes the first use of a client; later calls, and calls for an unknown one, change nothing. It is no change
   * of the client: `version` and `updatedAt` stay.
   */
  markUsed(query: { readonly id: string; readonly now: number }): Awaitable<void>
  /** Removes the client. `false` when there was none. Tokens die with their client because the core looks it up. */
  delete(id: string): Awaitable<boolean>
  /**
   * Clients of an owner or a reference (both given: either matches; none given: all), in the order of their ids
   * (by bytes), after the id `after`.
   */
  list(query: {
    readonly userId?: string
    readonly referenceId?: string
    readonly after?: string
    readonly limit: number
  }): Awaitable<readonly ClientRecord[]>
}
