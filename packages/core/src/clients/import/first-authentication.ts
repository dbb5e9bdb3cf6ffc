import type { Context } from '../../contracts/context.ts'
import { sha256 } from '../../crypto/hash.ts'
import { timingSafeEqual } from '../../crypto/timing-safe-equal.ts'
import type { ClientRecord, ClientSecret } from '../../storage/client.ts'
import { digestOf } from './secret-hash.ts'

/** A secret of which only the hash of another server is known. */
type UnprovenSecret = ClientSecret & Required<Pick<ClientSecret, 'imported'>>

/** Tells whether a client has an imported secret with which it has not authenticated yet. */
export function hasUnprovenSecret({ secrets }: ClientRecord): boolean {
  for (const secret of secrets) if (isUnproven(secret)) return true
  return false
}

/**
 * Compares a presented secret with the imported hashes of a client. On success it stores the server's own hash of the secret
 * beside the imported one, so that this happens once.
 */
export async function proveImportedSecret(ctx: Context, client: ClientRecord, presented: string): Promise<boolean> {
  const now = ctx.clock.now()
  for (const secret of client.secrets) {
    if (!isUnproven(secret) || (secret.expiresAt !== 0 && now >= secret.expiresAt)) continue
    if (!(await matches(secret, presented))) continue
    await keepOwnHash(ctx, client, secret, await sha256(presented))
    return true
  }
  return false
}

function isUnproven(secret: ClientSecret): secret is UnprovenSecret {
  return secret.imported !== undefined && secret.hash === ''
}

async function matches({ imported }: UnprovenSecret, presented: string): Promise<boolean> {
  const { algorithm, digest, prefix = '' } = imported
  const computed = await digestOf(algorithm, presented.slice(prefix.length))
  return timingSafeEqual(computed, digest) && presented.startsWith(prefix)
}

/**
 * Writes the own hash. When another request has changed the client since it was read, nothing is written, and the next
 * authentication does it. The client has authenticated in any case, so a failed write does not refuse it.
 */
async function keepOwnHash(ctx: Context, client: ClientRecord, proven: UnprovenSecret, hash: string): Promise<void> {
  const secrets = client.secrets.map((secret) => (secret === proven ? { ...secret, hash } : secret))
  try {
    await ctx.storage.clients.replace({ ...client, secrets, version: client.version + 1 }, client.version)
  } catch (cause) {
    ctx.emit({ type: 'request.failed', endpoint: 'imported client secret', cause })
  }
  ctx.clients.forget(client.id)
}
