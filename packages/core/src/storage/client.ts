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

/**
 * How a client came to be. `server`: a server-side call registered it. `admin`: an administrator did, by the admin route.
 * `user`: a user did. `initial_access_token`: software with an initial access token did. `anonymous`: somebody whom nobody
 * knows did. `document`: it is a document at a URL (Client ID Metadata Document). It never changes: what the client may be
 * given later depends on it.
 */
export type ClientOrigin = 'server' | 'admin' | 'user' | 'initial_access_token' | 'anonymous' | 'document'

/** A registered client ({@link https://www.rfc-editor.org/rfc/rfc7591 RFC 7591}). */
export interface ClientRecord {
  readonly id: string
  readonly metadata: ClientMetadata
  /** The last is the current one; after a rotation the one before it may be good for a while. */
  readonly secrets: readonly ClientSecret[]
  readonly disabled: boolean
  readonly registeredBy: ClientOrigin
  /**
   * The scopes that the client may have in tokens without a user, where the server side has decided on them for this
   * client alone. Absent: all that it registered, and for a client from outside what the option
   * `clientRegistrationMachineAccess` says.
   */
  readonly machineScope?: readonly string[]
  /** The user who owns the client, if one does. */
  readonly userId?: string
  /** The organisation (or any other group of the host's) that owns the client, if one does. */
  readonly referenceId?: string
  /** It came through the registration endpoint (RFC 7591): SHA-256 of the registration access token (and of the issuer) with which it manages itself. */
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
