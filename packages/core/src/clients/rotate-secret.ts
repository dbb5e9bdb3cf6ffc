import type { Context } from '../contracts/context.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord, ClientSecret } from '../storage/client.ts'
import { changeClient } from './change.ts'
import type { CreatedClient } from './create.ts'
import { earlierEnd, generateSecret, registeredSecretExpiry, storedSecret, usesSecret } from './secret.ts'

export interface SecretRotation {
  /**
   * For how many seconds the previous secret stays valid beside the new one. Default 0: the server refuses it at once.
   */
  readonly keepPreviousFor?: number | undefined
}

/**
 * Gives a client a new secret, which expires by the option `clientRegistrationClientSecretExpiresAt`. At most two
 * secrets of a client are valid at once.
 * @param check throws when the stored client may not get a new secret
 * @throws {OAuthError} `not_found`; `invalid_request` for a client that has no secret
 * @throws {TypeError} when `keepPreviousFor` is not a whole number of seconds
 */
export async function rotateClientSecret(
  ctx: Context,
  clientId: string,
  { keepPreviousFor = 0 }: SecretRotation = {},
  check?: (current: ClientRecord) => Promise<void>,
): Promise<CreatedClient> {
  if (!Number.isSafeInteger(keepPreviousFor) || keepPreviousFor < 0) {
    throw new TypeError('keepPreviousFor must be a whole number of seconds')
  }
  const secret = generateSecret(ctx)
  const client = await changeClient(ctx, clientId, async (current) => {
    await check?.(current)
    if (!usesSecret(current.metadata)) throw new OAuthError('invalid_request', 'public clients cannot rotate secrets')
    const stored = await storedSecret(ctx, current.metadata, secret, registeredSecretExpiry(ctx))
    return { ...current, secrets: [...kept(current.secrets, ctx.clock.now(), keepPreviousFor), stored] }
  })
  ctx.emit({ type: 'client.secret_rotated', clientId })
  return { client, secret }
}

function kept(secrets: readonly ClientSecret[], now: number, seconds: number): readonly ClientSecret[] {
  const previous = secrets.at(-1)
  if (previous === undefined || seconds === 0) return []
  return [{ ...previous, expiresAt: earlierEnd(previous.expiresAt, now + seconds) }]
}
