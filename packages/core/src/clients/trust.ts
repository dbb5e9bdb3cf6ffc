import type { Context } from '../contracts/context.ts'
import type { ClientRecord } from '../storage/client.ts'

/**
 * Tells whether a client is trusted, so that its users are not asked for consent. Only the server side makes a client
 * trusted: by `skip_consent`, `cachedTrustedClients` or `trustedClientResolver`. Nothing that a client registers does.
 * `mayGoUnasked` decides in addition whether the redirect URI allows it.
 */
export async function isTrusted(ctx: Context, client: ClientRecord): Promise<boolean> {
  return client.metadata.skip_consent === true || isTrustedByHost(ctx, client)
}

/**
 * Tells whether `cachedTrustedClients` or `trustedClientResolver` trusts the client. No route changes such a client.
 */
export async function isTrustedByHost(ctx: Context, client: ClientRecord): Promise<boolean> {
  const { trustedClients, resolvers } = ctx.config
  if (trustedClients.has(client.id)) return true
  const { trustedClientResolver } = resolvers
  return trustedClientResolver !== undefined && (await trustedClientResolver(client)) === true
}
