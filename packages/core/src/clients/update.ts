import type { Context } from '../contracts/context.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'
import { completeMetadata } from './metadata-rules.ts'
import { type ClientInput, parseClientInput } from './metadata-schema.ts'
import { usesSecret } from './register.ts'

/** Two writers at once are rare; a third try that loses means that something is wrong. */
const tries = 5

/**
 * Changes some of a client's metadata. Of two changes at once neither is lost: the second is applied to the outcome of
 * the first.
 * @throws {OAuthError} `invalid_client_metadata`, `invalid_redirect_uri`, or `not_found`
 */
export async function updateClient(
  ctx: Context,
  clientId: string,
  changes: ClientInput & { readonly disabled?: boolean | undefined },
): Promise<ClientRecord> {
  const { client_id, client_secret, client_secret_expires_at, user_id, reference_id, disabled, ...given } =
    parseClientInput(changes)
  if ((client_id !== undefined && client_id !== clientId) || client_secret !== undefined) {
    throw new OAuthError('invalid_client_metadata', 'client_id and client_secret cannot be changed')
  }
  for (let attempt = 0; attempt < tries; attempt++) {
    const current = await ctx.storage.clients.find(clientId)
    if (current === undefined) throw new OAuthError('not_found', 'client not found')
    const metadata = completeMetadata(ctx, { ...current.metadata, ...given } as typeof given)
    if (usesSecret(metadata) && current.secrets.length === 0) {
      throw new OAuthError('invalid_client_metadata', 'confidential clients require a stored client secret')
    }
    const updated: ClientRecord = {
      ...current,
      metadata,
      secrets:
        client_secret_expires_at === undefined
          ? current.secrets
          : current.secrets.map((secret) => ({ ...secret, expiresAt: client_secret_expires_at })),
      disabled: disabled ?? current.disabled,
      ...(user_id !== undefined && { userId: user_id }),
      ...(reference_id !== undefined && { referenceId: reference_id }),
      updatedAt: ctx.clock.now(),
      version: current.version + 1,
    }
    if ((await ctx.storage.clients.replace(updated, current.version)) === 'won') {
      ctx.clients.forget(clientId)
      ctx.emit({ type: 'client.updated', clientId })
      return updated
    }
  }
  throw new OAuthError('temporarily_unavailable', 'the client is being changed by others')
}
