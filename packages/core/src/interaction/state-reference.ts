import type { Context } from '../contracts/context.ts'
import { englishTexts } from '../contracts/page-texts.ts'
import type { Parameters } from '../http/parameters.ts'
import { errorForUser, OAuthError } from '../protocol/errors.ts'
import { verifyPageQuery } from './page-query.ts'

/**
 * Returns the `state` of the interaction that a page names: in the parameter `state`, or in `oauth_query`, the signed
 * query of the page's own URL, which a page may send back unchanged.
 * @returns `undefined` when the page sent neither
 * @throws {OAuthError} `invalid_request` when the query was changed, has expired, or names no interaction or another
 * one
 */
export async function interactionState(ctx: Context, parameters: Parameters): Promise<string | undefined> {
  const state = parameters.get('state')
  const signed = parameters.get('oauth_query')
  if (signed === undefined) return state
  const query = await verifyPageQuery(ctx.config.pageSecrets, signed, ctx.clock.now())
  if (query === undefined) {
    throw errorForUser('invalid_request', englishTexts.pageAddressChanged)
  }
  const named = query.get('state')
  if (!named) throw new OAuthError('invalid_request', 'oauth_query has no state: send the query of the page as it is')
  if (state !== undefined && state !== named) {
    throw new OAuthError('invalid_request', 'state and oauth_query are of different sign-ins: send one of them')
  }
  return named
}
