import type { Context } from '../contracts/context.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord, ClientSecret } from '../storage/client.ts'
import { completeMetadata } from './metadata-rules.ts'
import { type ClientInput, parseClientInput } from './metadata-schema.ts'
import { usesSecret } from './register.ts'

/** What to change: a member that is `undefined` stays, one that is `null` is removed or gets its default again. */
export type ClientChanges = { readonly [Member in keyof ClientInput]: ClientInput[Member] | null } & {
  readonly disabled?: boolean | undefined
}

/** Two writers at once are rare; a third try that loses means that something is wrong. */
const tries = 5

/**
 * Changes some of a client's metadata. Of two changes at once neither is lost: the second is applied to the outcome of
 * the first.
 * @throws {OAuthError} `invalid_client_metadata`, `invalid_redirect_uri`, or `not_found`
 */
export async function updateClient(ctx: Context, clientId: string, changes: ClientChanges): Promise<ClientRecord> {
  const { client_id, client_secret, client_secret_expires_at, user_id, reference_id, disabled, ...given } =
    parseClientInput(changes)
  if ((client_id !== undefined && client_id !== clientId) || client_secret !== undefined) {
    throw new OAuthError('invalid_client_metadata', 'client_id and client_secret cannot be changed')
  }
  const removed = new Set(Object.entries(changes).flatMap(([name, value]) => (value === null ? [name] : [])))
  for (let attempt = 0; attempt < tries; attempt++) {
    const current = await ctx.storage.clients.find(clientId)
    if (current === undefined) throw new OAuthError('not_found', 'client not found')
    const kept = Object.entries(current.metadata).filter(([name]) => !removed.has(name))
    const metadata = completeMetadata(ctx, { ...Object.fromEntries(kept), ...given } as typeof given)
    if (usesSecret(metadata) && current.secrets.length === 0) {
      throw new OAuthError('invalid_client_metadata', 'confidential clients require a stored client secret')
    }
    const updated: ClientRecord = {
      ...current,
      metadata,
      // A client that becomes public has no use for its secret.
      secrets: !usesSecret(metadata) ? [] : withExpiry(current.secrets, client_secret_expires_at),
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

function withExpiry(secrets: readonly ClientSecret[], expiresAt: number | undefined): readonly ClientSecret[] {
  return expiresAt === undefined ? secrets : secrets.map((secret) => ({ ...secret, expiresAt }))
}
