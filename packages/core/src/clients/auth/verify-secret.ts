import type { PresentedCredentials } from '../../contracts/client-auth-method.ts'
import type { Context } from '../../contracts/context.ts'
import { sha256 } from '../../crypto/hash.ts'
import { timingSafeEqual } from '../../crypto/timing-safe-equal.ts'
import type { Awaitable } from '../../storage/awaitable.ts'
import type { ClientRecord, ClientSecret } from '../../storage/client.ts'
import { hasUnprovenSecret, proveImportedSecret } from '../import/first-authentication.ts'

/**
 * A hash that no secret has. An unknown client is compared with it, so that it takes the same time as a wrong secret.
 */
const decoy: readonly ClientSecret[] = [{ hash: '*'.repeat(43), expiresAt: 0 }]

/**
 * Tells whether the presented secret is one of the client's secrets and has not expired. The first success of a secret that
 * was imported as a foreign hash stores its own hash, which is one write.
 */
export function verifySecret(
  ctx: Context,
  client: ClientRecord | undefined,
  presented: PresentedCredentials,
): Awaitable<boolean> {
  const hash = sha256(presented.secret ?? '')
  if (client !== undefined && hasUnprovenSecret(client))
    return isOwnOrImported(ctx, client, presented.secret ?? '', hash)
  return typeof hash === 'string' ? isSecret(ctx, client, hash) : hash.then((late) => isSecret(ctx, client, late))
}

async function isOwnOrImported(
  ctx: Context,
  client: ClientRecord,
  secret: string,
  hash: string | Promise<string>,
): Promise<boolean> {
  return isSecret(ctx, client, await hash) || (await proveImportedSecret(ctx, client, secret))
}

function isSecret(ctx: Context, client: ClientRecord | undefined, hash: string): boolean {
  const secrets = client === undefined || client.secrets.length === 0 ? decoy : client.secrets
  const now = ctx.clock.now()
  let good = false
  for (const secret of secrets) {
    const alive = secret.expiresAt === 0 || now < secret.expiresAt
    if (timingSafeEqual(hash, secret.hash) && alive) good = true
  }
  return good
}
