import type { ClientImport, ConsentImport } from '@oauth/core'
import type { Row } from './row.ts'

/** Something that a client has at the other server and cannot have here. */
export interface Loss {
  readonly member: string
  /** What is lost and what to change, without secrets. */
  readonly text: string
}

/** A client as it can be imported, and what it loses by that. */
export interface ReadClient {
  readonly client: ClientImport
  readonly losses: readonly Loss[]
}

/** A consent as it can be imported, and what is left out of it. */
export interface ReadConsent {
  readonly consent: ConsentImport
  readonly omitted: readonly string[]
}

/** How the secrets in the rows are stored. */
export type SecretFormat = 'plain' | 'sha256'

/** What the operator says of the rows. */
export interface SourceSettings {
  /** Who registered the clients of which the rows name no owner. */
  readonly registeredBy: NonNullable<ClientImport['registered_by']> | undefined
  /** The text in front of each secret that the rows do not contain. */
  readonly secretPrefix: string | undefined
  readonly secrets: SecretFormat | undefined
  /** Imports clients whose secret cannot be carried over, without it. */
  readonly withoutSecrets: boolean
  /** The current time in seconds since the epoch. */
  readonly now: number
}

/** Another server, by its rows. Both functions are pure: a row in, a record out. */
export interface Source {
  /** Tables in the order in which they are looked for; empty when the other server prescribes none. */
  readonly tables: { readonly clients: readonly string[]; readonly consents: readonly string[] }
  /** The columns by one of which a table is read in order. */
  readonly keys: { readonly clients: readonly string[]; readonly consents: readonly string[] }
  /** Whether several rows may be about one client and one user, so that they have to be put together first. */
  readonly consentsRepeat: boolean
  /**
   * Reads the row of a client; `undefined` for a row of another kind.
   * @throws {RowProblem} when it cannot be read
   */
  client(row: Row, settings: SourceSettings): ReadClient | undefined
  /**
   * Reads the row of a consent; `undefined` for a row of another kind, and for one that no longer counts.
   * @throws {RowProblem} when it cannot be read
   */
  consent(row: Row, settings: SourceSettings): ReadConsent | undefined
}
