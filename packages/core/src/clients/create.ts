import type { Context } from '../contracts/context.ts'
import { createRandomId } from '../crypto/credential.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'
import { completeMetadata } from './metadata-rules.ts'
import type { MetadataInput } from './metadata-schema.ts'
import type { ClientRights } from './rights.ts'
import { generateSecret, registeredSecretExpiry, storedSecret, usesSecret } from './secret.ts'

/** The owner of a client: a user, an organisation (reference), both, or nobody. */
export interface ClientOwner {
  readonly userId?: string
  readonly referenceId?: string
}

/** A client to create. */
export interface ClientCreation {
  /** The metadata. Each member was checked by itself (`parsePublicMetadata`, `parseClientInput`). */
  readonly metadata: MetadataInput
  readonly owner?: ClientOwner
  /** What the client may have. It depends on who creates it. */
  readonly rights: ClientRights
  /**
   * Seconds since the epoch at which the secret expires, 0 for never. Default: the option
   * `clientRegistrationClientSecretExpiresAt`.
   */
  readonly secretExpiresAt?: number
  /** The id. Default: a new one. */
  readonly id?: string
  /** The secret. Default: a new one, if the authentication method uses a secret. */
  readonly secret?: string
  readonly disabled?: boolean
  /** The hash of the registration access token, with which the client manages itself. */
  readonly registrationTokenHash?: string
}

/** A created client, and its secret if it has one. Storage has only the hash of the secret. */
export interface CreatedClient {
  readonly client: ClientRecord
  readonly secret?: string
}

/** How often it asks a generator of the host for another id when one is taken. */
const tries = 5

/**
 * Creates a client. Every way to register a client ends here. It writes nothing unless all metadata is valid.
 * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri`
 */
export async function createClient(ctx: Context, creation: ClientCreation): Promise<CreatedClient> {
  const metadata = await completeMetadata(ctx, creation.metadata, creation.rights)
  const secret = usesSecret(metadata) ? (creation.secret ?? generateSecret(ctx)) : undefined
  if (secret === undefined && creation.secret !== undefined) {
    throw new OAuthError(
      'invalid_client_metadata',
      `a client with token_endpoint_auth_method ${metadata.token_endpoint_auth_method} has no client_secret: leave it out`,
    )
  }
  const { owner, secretExpiresAt = registeredSecretExpiry(ctx), registrationTokenHash } = creation
  const now = ctx.clock.now()
  const client = await insert(ctx, creation.id, {
    metadata,
    secrets: secret === undefined ? [] : [await storedSecret(ctx, metadata, secret, secretExpiresAt)],
    disabled: creation.disabled ?? false,
    registeredBy: creation.rights.registeredBy,
    ...(owner?.userId !== undefined && { userId: owner.userId }),
    ...(owner?.referenceId !== undefined && { referenceId: owner.referenceId }),
    ...(registrationTokenHash !== undefined && { registrationTokenHash }),
    createdAt: now,
    updatedAt: now,
    version: 1,
  })
  ctx.clients.forget(client.id)
  ctx.emit({ type: 'client.registered', clientId: client.id })
  return { client, ...(secret !== undefined && { secret }) }
}

/** Stores the client under the chosen id, or under the first generated id that is free. */
async function insert(ctx: Context, chosen: string | undefined, row: Omit<ClientRecord, 'id'>): Promise<ClientRecord> {
  if (chosen !== undefined && ctx.clients.isReserved(chosen)) {
    throw new OAuthError('invalid_client_metadata', 'client_id belongs to a source of clients: it cannot be registered')
  }
  for (let attempt = 0; attempt < tries; attempt++) {
    const id = chosen ?? ctx.config.formats.generateClientId?.() ?? createRandomId(ctx.random)
    if (chosen === undefined && ctx.clients.isForeign(id)) continue
    const client: ClientRecord = { id, ...row }
    if ((await ctx.storage.clients.insert(client)) === 'won') return client
    if (chosen !== undefined) throw new OAuthError('invalid_client_metadata', 'client_id is already registered')
  }
  throw new Error(
    `generateClientId answered with a taken id ${tries} times: it must make a new one each time, and none that a source of clients owns`,
  )
}
