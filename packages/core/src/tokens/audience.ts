import type { Context } from '../contracts/context.ts'
import type { Issuance } from '../contracts/issuance.ts'

/**
 * The audience of an access token: the requested resources and, with the scope `openid`, the userinfo endpoint (unless
 * `userinfoAudience` is off). A token without resources has no audience: only this server accepts it.
 */
export function audienceOf(
  ctx: Context,
  { resources, scope }: Pick<Issuance, 'resources' | 'scope'>,
): readonly string[] {
  const { userinfoAudience, userinfoUrl } = ctx.config
  return userinfoAudience && resources.length > 0 && scope.includes('openid') ? [...resources, userinfoUrl] : resources
}

/** The resources that the client requested: the audience of the token without the userinfo endpoint. */
export function resourcesOf(ctx: Context, token: { readonly audience: readonly string[] }): readonly string[] {
  return token.audience.filter((audience) => audience !== ctx.config.userinfoUrl)
}
