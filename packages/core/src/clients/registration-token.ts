import type { Context } from '../contracts/context.ts'
import { encodeBase64url } from '../crypto/base64url.ts'
import { sha256 } from '../crypto/hash.ts'
import { timingSafeEqual } from '../crypto/timing-safe-equal.ts'
import { invalidTokenChallenge, noTokenChallenge } from '../protocol/challenge.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'

/** A text that equals no digest, so that an unknown client takes the same time as a wrong token. */
const decoy = '*'.repeat(43)

/** A registration access token ({@link https://www.rfc-editor.org/rfc/rfc7592#section-1.2 RFC 7592 section 1.2}). */
export interface RegistrationToken {
  readonly token: string
  /** The hash of the token, which is stored. */
  readonly hash: string
}

export async function createRegistrationToken(ctx: Context): Promise<RegistrationToken> {
  const token = encodeBase64url(ctx.random.bytes(32))
  return { token, hash: await hashOf(ctx, token) }
}

/**
 * Returns the stored client that a registration access token manages. The error is the same for a missing, wrong or
 * replaced token and for a client that is unknown, disabled or was not registered at the endpoint ({@link
 * https://www.rfc-editor.org/rfc/rfc7592#section-2.1 RFC 7592 section 2.1}).
 * @throws {OAuthError} `invalid_token`
 */
export async function requireRegistrationToken(
  ctx: Context,
  clientId: string | undefined,
  token: string | undefined,
): Promise<ClientRecord> {
  if (!token) {
    throw new OAuthError('invalid_token', 'a registration access token is required', { challenge: noTokenChallenge })
  }
  const client = clientId === undefined ? undefined : await ctx.storage.clients.find(clientId)
  const good = await isRegistrationToken(ctx, client, token)
  if (client === undefined || !good) throw invalidRegistrationToken()
  return client
}

export async function isRegistrationToken(
  ctx: Context,
  client: ClientRecord | undefined,
  token: string,
): Promise<boolean> {
  const equal = timingSafeEqual(await hashOf(ctx, token), client?.registrationTokenHash ?? decoy)
  return equal && client?.disabled === false
}

export function invalidRegistrationToken(): OAuthError {
  return new OAuthError('invalid_token', 'the registration access token is not valid for this client', {
    challenge: invalidTokenChallenge,
  })
}

/** The hash includes the issuer, so that another issuer on the same storage does not accept the token. */
function hashOf(ctx: Context, token: string): string | Promise<string> {
  return sha256(`${token} ${ctx.config.issuer}`)
}
