import type { ClientMetadata } from '../protocol/client-metadata.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { CreatedClient } from './create.ts'

/** Information about a client without its secrets: the stored metadata, and what the server adds. */
export interface ClientInformation extends Omit<ClientMetadata, 'scope'> {
  /** The scopes that the client may ask for; absent when there are none. */
  readonly scope?: string
  readonly client_id: string
  readonly client_id_issued_at: number
  /** Seconds since the epoch at which the secret expires, 0 for never. Only clients with a secret have it. */
  readonly client_secret_expires_at?: number
}

/** A client information response ({@link https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1 RFC 7591 section 3.2.1}). */
export interface RegisteredClient extends ClientInformation {
  /** The secret. The server shows it only once and stores its hash. */
  readonly client_secret?: string
}

export function clientInformation({ id, metadata, secrets, createdAt }: ClientRecord): ClientInformation {
  const secret = secrets.at(-1)
  const { scope, ...rest } = metadata
  return {
    ...rest,
    // A scope that is present has at least one token (RFC 6749 section 3.3).
    ...(scope !== '' && { scope }),
    client_id: id,
    client_id_issued_at: createdAt,
    ...(secret !== undefined && { client_secret_expires_at: secret.expiresAt }),
  }
}

/** Returns the information of a client together with its new secret, which the server shows only once. */
export function registeredClient({ client, secret }: CreatedClient): RegisteredClient {
  return { ...clientInformation(client), ...(secret !== undefined && { client_secret: secret }) }
}
