import type { Context } from '../contracts/context.ts'
import type { Issuance } from '../contracts/issuance.ts'

/**
 * Whom an access token is for: the resources asked for, and with `openid` the userinfo endpoint, which is a resource as
 * well unless `userinfoAudience` says otherwise. Without resources it is for this server alone, and names nobody.
 */
export function audienceOf(
  ctx: Context,
  { resources, scope }: Pick<Issuance, 'resources' | 'scope'>,
): readonly string[] {
  const { userinfoAudience, userinfoUrl } = ctx.config
  return userinfoAudience && resources.length > 0 && scope.includes('openid') ? [...resources, userinfoUrl] : resources
}

/** The resources that a token was asked for: its audience without the userinfo endpoint. */
export function resourcesOf(ctx: Context, token: { readonly audience: readonly string[] }): readonly string[] {
  return token.audience.filter((audience) => audience !== ctx.config.userinfoUrl)
}
