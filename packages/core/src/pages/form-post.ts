import type { Context } from '../contracts/context.ts'
import { json } from '../http/json.ts'
import { wantsJson } from '../http/redirect.ts'
import type { AuthorizationResponse, RedirectTarget } from '../protocol/errors.ts'
import { showPage } from './show-page.ts'

/**
 * A page whose form brings the parameters to the client's redirect URI, at once or, where no script runs, by its button
 * ({@link https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html#FormPostResponseMode Form Post Response Mode section 2}).
 * A script that asked cannot show a page: it is told where to post what.
 */
export function formPost(
  ctx: Context,
  request: Request,
  { redirectUri, clientId, uiLocales }: RedirectTarget,
  parameters: AuthorizationResponse,
): Response | Promise<Response> {
  if (wantsJson(request)) return json(200, { redirect: false, url: redirectUri, form: parameters })
  const sent = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return showPage(ctx, request, { kind: 'form_post', clientId, uiLocales }, (texts) => ({
    title: texts.backToApplication,
    paragraphs: [texts.sendingBack],
    form: { action: redirectUri, fields: Object.fromEntries(sent), button: texts.continue },
  }))
}
