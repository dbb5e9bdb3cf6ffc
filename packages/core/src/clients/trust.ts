import type { Context } from '../contracts/context.ts'
import type { ClientRecord } from '../storage/client.ts'

/**
 * Whether users of this client are not asked for consent: the server side said so, in storage, configuration or by the
 * resolver. Being public or using PKCE never implies it, and nothing that a client registers does. Where a code would go
 * is another question: `mayGoUnasked`.
 */
export async function isTrusted(ctx: Context, client: ClientRecord): Promise<boolean> {
  return client.metadata.skip_consent === true || isTrustedByHost(ctx, client)
}

/** Trusted by configuration or resolver: no route changes such a client. */
export async function isTrustedByHost(ctx: Context, client: ClientRecord): Promise<boolean> {
  const { trustedClients, resolvers } = ctx.config
  return trustedClients.has(client.id) || (await resolvers.trustedClientResolver?.(client)) === true
}
