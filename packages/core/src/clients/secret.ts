import type { Context } from '../contracts/context.ts'
import { encodeBase64url } from '../crypto/base64url.ts'
import { sha256 } from '../crypto/hash.ts'
import { createSealer } from '../crypto/seal.ts'
import { signsWithClientSecrets } from '../policy/client-support.ts'
import type { ClientMetadata } from '../protocol/client-metadata.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientSecret } from '../storage/client.ts'

const sealingPurpose = 'oauth/client-secret'

export function usesSecret(metadata: Pick<ClientMetadata, 'token_endpoint_auth_method'>): boolean {
  return metadata.token_endpoint_auth_method.startsWith('client_secret_')
}

/** Makes a new secret as the client gets it, with its prefix. */
export function generateSecret(ctx: Context): string {
  const { generateClientSecret, clientSecretPrefix } = ctx.config.formats
  return clientSecretPrefix + (generateClientSecret?.() ?? encodeBase64url(ctx.random.bytes(32)))
}

/**
 * Makes the stored form of a secret: its hash, and an encrypted copy only when it signs something: ID tokens, or the
 * assertions of this client.
 * @param expiresAt seconds since the epoch, 0 for never
 */
export async function storedSecret(
  ctx: Context,
  metadata: Pick<ClientMetadata, 'token_endpoint_auth_method'>,
  secret: string,
  expiresAt: number,
): Promise<ClientSecret> {
  const hash = await sha256(secret)
  if (!sealsSecret(ctx, metadata)) return { hash, expiresAt }
  return { hash, expiresAt, sealed: await createSealer(ctx.config.secrets[0], sealingPurpose).seal(secret, hash) }
}

/**
 * Checks that a client with a secret method has a stored secret, and an encrypted copy of it when its method needs one.
 * A client that became confidential by a change may lack it.
 * @throws {OAuthError} `invalid_client_metadata`
 */
export function requireStoredSecret(
  { registry }: Context,
  metadata: Pick<ClientMetadata, 'token_endpoint_auth_method'>,
  secrets: readonly ClientSecret[],
): void {
  if (!usesSecret(metadata)) return
  const method = metadata.token_endpoint_auth_method
  if (secrets.length === 0) throw invalid('confidential clients require a stored client secret')
  if (registry.clientAuthMethods.get(method)?.sealsSecret === true && secrets.at(-1)?.sealed === undefined) {
    throw invalid(`${method} requires a client secret that was made for it: register the client anew`)
  }
}

/** Tells whether the server has to store an encrypted copy of the secret of a client beside its hash. */
export function sealsSecret(ctx: Context, metadata: Pick<ClientMetadata, 'token_endpoint_auth_method'>): boolean {
  const method = ctx.registry.clientAuthMethods.get(metadata.token_endpoint_auth_method)
  return signsWithClientSecrets(ctx) || method?.sealsSecret === true
}

/**
 * Decrypts the stored copy of a secret; `undefined` without a copy, or when it was encrypted with a secret that this
 * process does not have.
 */
export async function unsealSecret(ctx: Context, { sealed, hash }: ClientSecret): Promise<string | undefined> {
  if (sealed === undefined) return undefined
  for (const secret of ctx.config.secrets) {
    const opened = await createSealer(secret, sealingPurpose).unseal(sealed, hash)
    if (opened !== undefined) return opened
  }
  return undefined
}

/** Returns when a secret that is made now expires, by the option `clientRegistrationClientSecretExpiresAt`. */
export function registeredSecretExpiry(ctx: Context): number {
  const { secretExpiresAt } = ctx.config.registration
  return typeof secretExpiresAt === 'number' ? secretExpiresAt : ctx.clock.now() + secretExpiresAt.afterSeconds
}

/** Returns the earlier of two times of expiry, where 0 means never. */
export function earlierEnd(one: number, other: number): number {
  if (one === 0 || other === 0) return one + other
  return Math.min(one, other)
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_client_metadata', description)
}
