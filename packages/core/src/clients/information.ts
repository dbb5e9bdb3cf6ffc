import type { ClientMetadata } from '../protocol/client-metadata.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { CreatedClient } from './create.ts'

/** What is said of a client, without any secret of its own: its effective metadata, and what the server added. */
export interface ClientInformation extends Omit<ClientMetadata, 'scope'> {
  /** The scopes that it may ask for; absent where there are none. */
  readonly scope?: string
  readonly client_id: string
  readonly client_id_issued_at: number
  /** Seconds since the epoch, 0 for never. Of clients with a secret. */
  readonly client_secret_expires_at?: number
}

/** A client information response ({@link https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1 RFC 7591 section 3.2.1}). */
export interface RegisteredClient extends ClientInformation {
  /** Shown this once: only its hash is kept. */
  readonly client_secret?: string
}

export function clientInformation({ id, metadata, secrets, createdAt }: ClientRecord): ClientInformation {
  const secret = secrets.at(-1)
  const { scope, ...rest } = metadata
  return {
    ...rest,
    // A scope that is there has at least one token (RFC 6749 section 3.3).
    ...(scope !== '' && { scope }),
    client_id: id,
    client_id_issued_at: createdAt,
    ...(secret !== undefined && { client_secret_expires_at: secret.expiresAt }),
  }
}

/** A client with the secret that was made just now, which is shown this once. */
export function registeredClient({ client, secret }: CreatedClient): RegisteredClient {
  return { ...clientInformation(client), ...(secret !== undefined && { client_secret: secret }) }
}
