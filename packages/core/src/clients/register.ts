import type { Context } from '../contracts/context.ts'
import { encodeBase64url } from '../crypto/base64url.ts'
import { createRandomId } from '../crypto/credential.ts'
import { sha256 } from '../crypto/hash.ts'
import type { ClientMetadata } from '../protocol/client-metadata.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord, ClientSecret } from '../storage/client.ts'
import { completeMetadata } from './metadata-rules.ts'
import { type ClientInput, parseClientInput } from './metadata-schema.ts'

/** A client information response ({@link https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1 RFC 7591 section 3.2.1}). */
export interface RegisteredClient extends ClientMetadata {
  readonly client_id: string
  readonly client_id_issued_at: number
  /** Shown this once: only its hash is kept. */
  readonly client_secret?: string
  /** Seconds since the epoch, 0 for never. Accompanies a secret. */
  readonly client_secret_expires_at?: number
}

/**
 * Registers a client for the server side.
 * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri`
 */
export async function registerClient(ctx: Context, input: ClientInput): Promise<RegisteredClient> {
  const {
    client_id,
    client_secret,
    client_secret_expires_at = 0,
    user_id,
    reference_id,
    disabled,
    ...given
  } = parseClientInput(input)
  const metadata = completeMetadata(ctx, given)
  const now = ctx.clock.now()
  const secret = usesSecret(metadata) ? (client_secret ?? encodeBase64url(ctx.random.bytes(32))) : undefined
  if (secret === undefined && client_secret !== undefined) {
    throw new OAuthError(
      'invalid_client_metadata',
      `a client_secret goes with no ${metadata.token_endpoint_auth_method} client`,
    )
  }
  const record: ClientRecord = {
    id: client_id ?? createRandomId(ctx.random),
    metadata,
    secrets: secret === undefined ? [] : [await createSecret(secret, client_secret_expires_at)],
    disabled: disabled ?? false,
    ...(user_id !== undefined && { userId: user_id }),
    ...(reference_id !== undefined && { referenceId: reference_id }),
    createdAt: now,
    updatedAt: now,
    version: 1,
  }
  if ((await ctx.storage.clients.insert(record)) === 'exists') {
    throw new OAuthError('invalid_client_metadata', 'client_id is already registered')
  }
  ctx.clients.forget(record.id)
  ctx.emit({ type: 'client.registered', clientId: record.id })
  return {
    client_id: record.id,
    client_id_issued_at: now,
    ...(secret !== undefined && { client_secret: secret, client_secret_expires_at }),
    ...metadata,
  }
}

export function usesSecret(metadata: ClientMetadata): boolean {
  return metadata.token_endpoint_auth_method.startsWith('client_secret_')
}

async function createSecret(secret: string, expiresAt: number): Promise<ClientSecret> {
  return { hash: await sha256(secret), expiresAt }
}
