import type { ClientMetadata } from '../protocol/client-metadata.ts'
import type { Awaitable } from './awaitable.ts'

/** The hash of a secret as another server stored it, from `importClient`. */
export interface ImportedSecretHash {
  readonly algorithm: 'sha256' | 'sha512'
  /** The digest, base64url. */
  readonly digest: string
  /** The text in front of the secret that the other server left out of the hash. A secret without it is wrong. */
  readonly prefix?: string
}

/** One secret of a client. During a rotation a client has two valid secrets. */
export interface ClientSecret {
  /**
   * SHA-256 of the secret, base64url. It is empty as long as only `imported` is known: until the client authenticates for the
   * first time.
   */
  readonly hash: string
  /** What the secret was imported by, if that is no `hash`. It stays, so that a second import finds its client unchanged. */
  readonly imported?: ImportedSecretHash
  /** Seconds since the epoch from which the server refuses the secret; 0 for never. */
  readonly expiresAt: number
  /**
   * The secret itself, encrypted. It is there only where the server needs it in plain text: for `disableJwtPlugin` and
   * `client_secret_jwt`.
   */
  readonly sealed?: string
}

/**
 * Who registered a client. `server`: a server-side call. `admin`: an administrator, by the admin route. `user`: a
 * signed-in user. `initial_access_token`: software with an initial access token. `anonymous`: a caller who was not
 * signed in. `document`: nobody; the client is a document at a URL (Client ID Metadata Document). The value never
 * changes, because what the client may get later depends on it.
 */
export type ClientOrigin = 'server' | 'admin' | 'user' | 'initial_access_token' | 'anonymous' | 'document'

/** A registered client ({@link https://www.rfc-editor.org/rfc/rfc7591 RFC 7591}). */
export interface ClientRecord {
  readonly id: string
  readonly metadata: ClientMetadata
  /** The last secret is the current one. After a rotation the one before it may stay valid for a while. */
  readonly secrets: readonly ClientSecret[]
  readonly disabled: boolean
  readonly registeredBy: ClientOrigin
  /**
   * The scopes that the client may get in tokens without a user, if the server side has set them for this client.
   * Without it, a client of the server side may get all scopes that it registered, and any other client those of the
   * option `clientRegistrationMachineAccess`.
   */
  readonly machineScope?: readonly string[]
  /** The user who owns the client, if one does. */
  readonly userId?: string
  /** The organisation, or another group of your application, that owns the client, if one does. */
  readonly referenceId?: string
  /**
   * SHA-256 of the registration access token (and of the issuer), with which the client manages itself. Only a client
   * that came through the registration endpoint (RFC 7591) has it.
   */
  readonly registrationTokenHash?: string
  /** Seconds since the epoch at which the client first got a code or a token. Absent until then. */
  readonly usedAt?: number
  readonly createdAt: number
  readonly updatedAt: number
  /** Grows by one with each change. `replace` compares it, so that of two writers exactly one wins. */
  readonly version: number
}

export interface ClientStore {
  /** Reads one client, also a disabled one. Ids are compared byte for byte. */
  find(id: string): Awaitable<ClientRecord | undefined>
  /** ATOMIC. Adds the client. With an id that is taken it answers `exists` and changes nothing. */
  insert(record: ClientRecord): Awaitable<'won' | 'exists'>
  /**
   * ATOMIC. Replaces the client whose stored version is `expectedVersion`; with any other version nothing changes.
   * `usedAt` stays as it is stored, whatever the record says, so that no writer undoes a first use that was noted
   * meanwhile.
   */
  replace(record: ClientRecord, expectedVersion: number): Awaitable<'won' | 'conflict'>
  /**
   * ATOMIC. Notes the first use of a client. Later calls, and calls for an unknown client, change nothing. `version`
   * and `updatedAt` stay.
   */
  markUsed(query: { readonly id: string; readonly now: number }): Awaitable<void>
  /**
   * Removes the client and answers whether there was one. Its tokens need no write: the core looks up the client of
   * every token.
   */
  delete(id: string): Awaitable<boolean>
  /**
   * Reads the clients of a user or a reference, in the order of the bytes of their ids, after the id `after`. With
   * both members it reads the clients of either, with none all clients.
   */
  list(query: {
    readonly userId?: string
    readonly referenceId?: string
    readonly after?: string
    readonly limit: number
  }): Awaitable<readonly ClientRecord[]>
}
