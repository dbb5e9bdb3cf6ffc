import type { Context } from '../contracts/context.ts'
import type { Parameters } from '../http/parameters.ts'
import { OAuthError } from '../protocol/errors.ts'
import { verifyPageQuery } from './page-query.ts'

/**
 * The `state` of the interaction that a page means: as such, or in `oauth_query`, the signed query of the page's own URL,
 * which a page may send back as it is.
 * @returns `undefined` when the page sent neither
 * @throws {OAuthError} `invalid_request` for a query that was changed, has expired or names no or another interaction
 */
export async function interactionState(ctx: Context, parameters: Parameters): Promise<string | undefined> {
  const state = parameters.get('state')
  const signed = parameters.get('oauth_query')
  if (signed === undefined) return state
  const query = await verifyPageQuery(ctx.config.pageSecrets, signed, ctx.clock.now())
  if (query === undefined) throw new OAuthError('invalid_request', 'invalid_signature')
  const named = query.get('state')
  if (!named) throw new OAuthError('invalid_request', 'missing state in oauth_query')
  if (state !== undefined && state !== named) {
    throw new OAuthError('invalid_request', 'state and oauth_query name two interactions')
  }
  return named
}
