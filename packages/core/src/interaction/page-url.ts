import type { Context } from '../contracts/context.ts'
import type { InteractionRecord, InteractionStep } from '../contracts/interaction.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'
import { formatScope } from '../protocol/scope.ts'
import { signPageQuery } from './page-query.ts'

/**
 * The page of the step that is due, with what it may show in its query, signed (`exp`, `sig`) so that it may trust what
 * it reads. `state` is the interaction's id; the stored interaction is what counts. `extra` is signed with the rest.
 */
export async function pageUrl(
  ctx: Context,
  interaction: InteractionRecord,
  extra: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { request } = interaction
  // A query of the page's own is signed as well: all that the page reads can be believed, or nothing.
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
  if (page === undefined) throw new Error(`no page is configured for the step ${step}`)
  return page
}

/** Where a page sends the browser once its step is done. */
export function returnUrl(ctx: Context, interaction: InteractionRecord): string {
  const state = encodeURIComponent(interaction.id)
  const { step } = interaction
  const path = step === 'consent' ? endpointPaths.consent : endpointPaths.continue
  return `${ctx.config.issuer}${path}?state=${state}${step in done ? `&${done[step]}=true` : ''}`
}

/** What says that a step was taken, where the session alone does not. */
const done: { readonly [Step in InteractionStep]?: string } = {
  create: 'created',
  select_account: 'selected',
  post_login: 'post_login',
}
