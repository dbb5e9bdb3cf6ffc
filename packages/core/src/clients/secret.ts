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

/** A new secret as the client gets it, prefix and all. */
export function generateSecret(ctx: Context): string {
  const { generateClientSecret, clientSecretPrefix } = ctx.config.formats
  return clientSecretPrefix + (generateClientSecret?.() ?? encodeBase64url(ctx.random.bytes(32)))
}

/**
 * A secret as it is stored: its hash, and the secret itself sealed only where something is signed with it: ID tokens, or
 * the assertions of this client.
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
 * A client that has become confidential has no secret, and one whose secret was not sealed has none to sign with.
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

/** Whether the client's secret has to be kept as well as its hash. */
export function sealsSecret(ctx: Context, metadata: Pick<ClientMetadata, 'token_endpoint_auth_method'>): boolean {
  const method = ctx.registry.clientAuthMethods.get(metadata.token_endpoint_auth_method)
  return signsWithClientSecrets(ctx) || method?.sealsSecret === true
}

/** The secret itself, or `undefined` when it was not sealed, or with a secret that we do not have. */
export async function unsealSecret(ctx: Context, { sealed, hash }: ClientSecret): Promise<string | undefined> {
  if (sealed === undefined) return undefined
  for (const secret of ctx.config.secrets) {
    const opened = await createSealer(secret, sealingPurpose).unseal(sealed, hash)
    if (opened !== undefined) return opened
  }
  return undefined
}

/** When a secret made now ends, by the option `clientRegistrationClientSecretExpiresAt`. */
export function registeredSecretExpiry(ctx: Context): number {
  const { secretExpiresAt } = ctx.config.registration
  return typeof secretExpiresAt === 'number' ? secretExpiresAt : ctx.clock.now() + secretExpiresAt.afterSeconds
}

/** The earlier of two ends, where 0 is never. */
export function earlierEnd(one: number, other: number): number {
  if (one === 0 || other === 0) return one + other
  return Math.min(one, other)
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_client_metadata', description)
}
