import type { Context } from '../contracts/context.ts'
import type { BaseUser } from '../contracts/host.ts'
import type { RequestedClaims } from '../protocol/claims-request.ts'
import type { ClientRecord } from '../storage/client.ts'
import { askableClaims, claimsByName } from './requested-claims.ts'
import { claimsForScope, hasScopeClaims } from './scope-claims.ts'

/**
 * Collects the claims about the user in an ID token: those of the granted scopes, and those that the client requested
 * by name. By default the ID token has the claims of the scopes, because many clients read nothing else; the option
 * `idTokenScopeClaims` and the client's `id_token_scope_claims` leave them to userinfo ({@link
 * https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims OpenID Connect Core section 5.4}).
 *
 * A claim that the client requested by name has a value that the request accepts, or it is left out, even if a scope
 * gives it too.
 * @param scope the scopes of the token that is issued now
 * @param requested the claims that the client requested for the ID token by name
 */
export function idTokenClaims(
  ctx: Context,
  user: BaseUser,
  { client, scope }: { readonly client: ClientRecord; readonly scope: readonly string[] },
  requested?: RequestedClaims,
): Record<string, unknown> {
  const giving = givesScopeClaims(ctx, client) ? scope.filter(hasScopeClaims) : []
  const asked = askableClaims(ctx, client, requested)
  const asksNothing = Object.keys(asked).length === 0
  // The host is not asked for claims that nobody gets.
  if (giving.length === 0 && asksNothing) return {}
  const claims = ctx.config.userClaims(ctx, user)
  if (asksNothing) return claimsForScope(claims, giving)
  const ofScopes = Object.entries(claimsForScope(claims, giving)).filter(([name]) => !Object.hasOwn(asked, name))
  return Object.assign(Object.fromEntries(ofScopes), claimsByName(claims, asked))
}

/** Whether the ID tokens of this client have the claims of its scopes. The client's own setting goes first. */
function givesScopeClaims({ config }: Context, { metadata }: ClientRecord): boolean {
  return metadata.id_token_scope_claims ?? config.idTokenScopeClaims
}
