import { withGrantedScopes } from '../consents/granted-before.ts'
import type { Context } from '../contracts/context.ts'
import type { InteractionRecord, InteractionStep } from '../contracts/interaction.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'
import { formatScope } from '../protocol/scope.ts'
import { signPageQuery } from './page-query.ts'

/**
 * Returns the URL of the page for the step that is due. Its query contains what the page may show, and is signed
 * (`exp`, `sig`) so that the page can trust it. `state` is the interaction's id; what counts is the stored interaction.
 * @param extra further parameters to sign
 */
export async function pageUrl(
  ctx: Context,
  interaction: InteractionRecord,
  extra: Readonly<Record<string, string>> = {},
): Promise<string> {
  const request = withGrantedScopes(interaction.request, interaction.grantedBefore ?? [])
  // Parameters in the configured URL of the page are signed as well, so that the page can trust its whole query.
  const [page = '', own] = pageOf(ctx, interaction.step).split('?')
  const query = new URLSearchParams(own)
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') query.append(name, value)
  }
  const { completion = 'code' } = interaction
  if (completion === 'code') add('response_type', 'code')
  add('redirect_uri', request.redirectUri)
  add('scope', formatScope(request.scope))
  add('state', interaction.id)
  add('client_id', request.clientId)
  add('prompt', request.prompt.join(' '))
  add('display', request.display)
  add('ui_locales', request.uiLocales)
  add('claims_locales', request.claimsLocales)
  add('max_age', request.maxAge?.toString())
  add('acr_values', request.acrValues)
  add('login_hint', request.loginHint)
  for (const [name, value] of Object.entries(extra)) add(name, value)
  return `${page}?${await signPageQuery(ctx.config.pageSecrets[0] as string, query, interaction.expiresAt)}`
}

function pageOf(ctx: Context, step: InteractionStep): string {
  const { login, consent, signup, selectAccount, postLogin } = ctx.config.pages
  const page = {
    login,
    create: signup ?? login,
    select_account: selectAccount,
    post_login: postLogin,
    consent,
  }[step]
  if (page === undefined)
    throw new Error(
      `no page is configured for the step ${step}: set its URL in the options (loginUrl, consentUrl, ...)`,
    )
  return page
}

/** Returns the URL to which a page sends the browser when its step is done. */
export function returnUrl(ctx: Context, interaction: InteractionRecord): string {
  const state = encodeURIComponent(interaction.id)
  const { step } = interaction
  const path = step === 'consent' ? endpointPaths.consent : endpointPaths.continue
  return `${ctx.config.issuer}${path}?state=${state}${step in done ? `&${done[step]}=true` : ''}`
}

/** The parameter that tells that a step was taken, for steps that the session does not show. */
const done: { readonly [Step in InteractionStep]?: string } = {
  create: 'created',
  select_account: 'selected',
  post_login: 'post_login',
}
