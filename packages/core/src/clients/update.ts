import type { Context } from '../contracts/context.ts'
import type { ClientMetadata } from '../protocol/client-metadata.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord, ClientSecret } from '../storage/client.ts'
import { changeClient } from './change.ts'
import { loopbackConsentGiven, loopbackConsentKept } from './loopback-consent.ts'
import { machineScopeGiven, machineScopeKept } from './machine.ts'
import { completeMetadata } from './metadata-rules.ts'
import { type ClientInput, parseClientInput } from './metadata-schema.ts'
import { clientRights } from './rights.ts'
import { earlierEnd, requireStoredSecret, usesSecret } from './secret.ts'

/**
 * The changes of a client. A member that is `undefined` stays; a member that is `null` is removed or gets its default.
 */
export type ClientChanges = { readonly [Member in keyof ClientInput]: ClientInput[Member] | null } & {
  readonly disabled?: boolean | undefined
}

/** The limits of a change that a route makes. */
export interface UpdateLimits {
  /** Who changes the client. What the client may get depends on it. */
  readonly author: 'host' | 'owner'
  /** Throws when the stored client may not be changed. */
  check(current: ClientRecord): Promise<void>
  /** Throws when the new metadata is not an allowed change of the stored one. */
  compare?(before: ClientMetadata, after: ClientMetadata): void
}

/**
 * Changes some members of a client. Of two changes at once neither is lost: the second one is applied to the result of
 * the first.
 * @throws {OAuthError} `invalid_client_metadata`, `invalid_redirect_uri`, or `not_found`
 */
export async function updateClient(
  ctx: Context,
  clientId: string,
  changes: ClientChanges,
  limits?: UpdateLimits,
): Promise<ClientRecord> {
  const { client_id, client_secret, client_secret_expires_at, user_id, reference_id, disabled, ...given } =
    parseClientInput(ctx.registry, changes)
  if ((client_id !== undefined && client_id !== clientId) || client_secret !== undefined) {
    throw new OAuthError('invalid_client_metadata', 'client_id and client_secret cannot be changed')
  }
  const removed = new Set(Object.entries(changes).flatMap(([name, value]) => (value === null ? [name] : [])))
  const expiresAt = removed.has('client_secret_expires_at') ? 0 : client_secret_expires_at
  const { author = 'host' } = limits ?? {}
  const decides = 'grant_types' in given || 'scope' in given || removed.has('grant_types') || removed.has('scope')
  const updated = await changeClient(ctx, clientId, async (current) => {
    await limits?.check(current)
    const { metadata: before, registeredBy } = current
    const remembers =
      author === 'host'
        ? loopbackConsentGiven({ given, removed, registeredBy, before })
        : loopbackConsentKept(before, given)
    const kept = Object.entries(before).filter(([name]) => !removed.has(name))
    const metadata = await completeMetadata(
      ctx,
      { ...Object.fromEntries(kept), ...given, remember_loopback_consent: remembers } as typeof given,
      clientRights(ctx.config, author, registeredBy, current),
    )
    limits?.compare?.(before, metadata)
    requireStoredSecret(ctx, metadata, current.secrets)
    const { userId, referenceId, machineScope: _, ...rest } = current
    const owner = removed.has('user_id') ? undefined : (user_id ?? userId)
    const reference = removed.has('reference_id') ? undefined : (reference_id ?? referenceId)
    const machineScope =
      author === 'host'
        ? machineScopeGiven(ctx.registry, current, metadata, decides)
        : machineScopeKept(ctx.registry, current, metadata)
    return {
      ...rest,
      metadata,
      ...(machineScope !== undefined && { machineScope }),
      // A client that becomes public loses its secret.
      secrets: usesSecret(metadata) ? withExpiry(current.secrets, expiresAt) : [],
      disabled: disabled ?? current.disabled,
      ...(owner !== undefined && { userId: owner }),
      ...(reference !== undefined && { referenceId: reference }),
    }
  })
  ctx.emit({ type: 'client.updated', clientId })
  return updated
}

/**
 * Sets the expiry of the current secret. The previous secret, if it is still valid, expires no later, and its time is
 * never extended.
 */
function withExpiry(secrets: readonly ClientSecret[], expiresAt: number | undefined): readonly ClientSecret[] {
  if (expiresAt === undefined) return secrets
  return secrets.map((secret, index) => ({
    ...secret,
    expiresAt: index === secrets.length - 1 ? expiresAt : earlierEnd(secret.expiresAt, expiresAt),
  }))
}
