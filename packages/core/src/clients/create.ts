import type { Context } from '../contracts/context.ts'
import { createRandomId } from '../crypto/credential.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'
import { completeMetadata } from './metadata-rules.ts'
import type { MetadataInput } from './metadata-schema.ts'
import type { ClientRights } from './rights.ts'
import { generateSecret, registeredSecretExpiry, storedSecret, usesSecret } from './secret.ts'

/** Whose a client is: a user's, an organisation's, both, or nobody's. */
export interface ClientOwner {
  readonly userId?: string
  readonly referenceId?: string
}

/** A client that is to be made. */
export interface ClientCreation {
  /** Its metadata, each member checked by itself (`parsePublicMetadata`, `parseClientInput`). */
  readonly metadata: MetadataInput
  readonly owner?: ClientOwner
  /** What it may have, by who makes it: stored with it. */
  readonly rights: ClientRights
  /** Seconds since the epoch at which its secret ends, 0 for never. Default: by the option for registered clients. */
  readonly secretExpiresAt?: number
  /** Its id. Default: a new one. */
  readonly id?: string
  /** Its secret. Default: a new one, if its authentication method has one. */
  readonly secret?: string
  readonly disabled?: boolean
  /** Hash of the registration access token with which it will manage itself. */
  readonly registrationTokenHash?: string
}

/** A client that was made, and its secret if it has one: of that only the hash was stored. */
export interface CreatedClient {
  readonly client: ClientRecord
  readonly secret?: string
}

/** A generator of the host's may repeat itself, but not for ever. */
const tries = 5

/**
 * Makes a client: every way to register one ends here. Nothing is written unless all of it is right.
 * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri`
 */
export async function createClient(ctx: Context, creation: ClientCreation): Promise<CreatedClient> {
  const metadata = await completeMetadata(ctx, creation.metadata, creation.rights)
  const secret = usesSecret(metadata) ? (creation.secret ?? generateSecret(ctx)) : undefined
  if (secret === undefined && creation.secret !== undefined) {
    throw new OAuthError(
      'invalid_client_metadata',
      `a client_secret goes with no ${metadata.token_endpoint_auth_method} client`,
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

/** Under the id that was chosen, or under the first generated one that is free. */
async function insert(ctx: Context, chosen: string | undefined, row: Omit<ClientRecord, 'id'>): Promise<ClientRecord> {
  if (chosen !== undefined && ctx.clients.isForeign(chosen)) {
    throw new OAuthError('invalid_client_metadata', 'client_id belongs to a source of clients: it cannot be registered')
  }
  for (let attempt = 0; attempt < tries; attempt++) {
    const id = chosen ?? ctx.config.formats.generateClientId?.() ?? createRandomId(ctx.random)
    if (ctx.clients.isForeign(id)) continue
    const client: ClientRecord = { id, ...row }
    if ((await ctx.storage.clients.insert(client)) === 'won') return client
    if (chosen !== undefined) throw new OAuthError('invalid_client_metadata', 'client_id is already registered')
  }
  throw new Error('generateClientId makes only ids that are taken')
}
