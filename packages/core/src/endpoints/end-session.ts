import { startsProgramOfUnapprovedClient } from '../authorization/error-target.ts'
import type { Context } from '../contracts/context.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import { englishTexts, type PageTextName } from '../contracts/page-texts.ts'
import { foreignFormAsGet } from '../http/foreign-form.ts'
import { readFormText } from '../http/form.ts'
import { json } from '../http/json.ts'
import { type Parameters, parseParameters } from '../http/parameters.ts'
import { redirect, wantsJson, withParameters } from '../http/redirect.ts'
import { queryOf } from '../http/target.ts'
import { endHostSession, type SessionEnd } from '../logout/end-session.ts'
import { logoutPageUrl, readLogoutQuestion, signLogoutQuestion } from '../logout/logout-confirmation.ts'
import {
  type LogoutProblem,
  type LogoutRequest,
  type LogoutTarget,
  mayReturnTo,
  parseLogoutRequest,
} from '../logout/rp-initiated-logout.ts'
import { type PageSubject, showPage } from '../pages/show-page.ts'
import { fillText } from '../pages/texts.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'
import { errorForUser, OAuthError } from '../protocol/errors.ts'
import { shownDestination } from '../protocol/redirect-uri.ts'
import { requireSameOrigin } from '../sessions/same-origin.ts'
import { currentSession } from '../sessions/signed-in.ts'

/**
 * The logout endpoint ({@link https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout RP-Initiated Logout
 * section 2}). It exists when the host can end a session. When the request is valid and its ID token belongs to the
 * session of this browser, the session ends at once. Otherwise a page asks the user, and says what is wrong with the
 * request.
 */
export const endSession: Endpoint = {
  name: 'endSession',
  path: endpointPaths.endSession,
  methods: ['GET', 'POST'],
  changesOnGet: true,
  errors: 'page',
  metadata: 'end_session_endpoint',
  async handle(ctx, request) {
    if (request.method !== 'POST') return logOut(ctx, request, parseParameters(queryOf(request.url)))
    const form = await readFormText(request)
    const parameters = parseParameters(form)
    const confirmation = parameters.get('confirmation')
    if (confirmation !== undefined) return confirm(ctx, request, confirmation, parameters.get('ui_locales'))
    const asGet = foreignFormAsGet(request, ctx.config.issuer + endpointPaths.endSession, form)
    return asGet ?? logOut(ctx, request, parameters)
  },
}

async function logOut(ctx: Context, request: Request, parameters: Parameters): Promise<Response> {
  const asked = await parseLogoutRequest(ctx, parameters)
  const { hint, client, target, problems } = asked
  const about = { clientId: hint?.clientId, uiLocales: parameters.get('ui_locales') }
  const signedIn = await currentSession(ctx, request)
  if (hint === undefined || problems.length > 0) {
    if (signedIn === undefined) return signedOut(ctx, request, { about, problems })
    return ask(ctx, request, signedIn.session.id, asked, parameters)
  }
  const { sessionId } = hint
  if (signedIn !== undefined && signedIn.session.id !== sessionId) {
    const other = { ...asked, problems: ['hint_of_another_session'] } as const
    return ask(ctx, request, signedIn.session.id, other, parameters)
  }
  // Checked before the session ends. That somebody sent an ID token does not prove that this user agreed to anything.
  const held = target && client && (await startsProgramOfUnapprovedClient(ctx, request, client, target.redirectUri))
  const next = held ? undefined : target
  if (sessionId === undefined) return leave(ctx, request, next, about)
  // Without a session, a pairwise subject does not tell who the user is.
  const subject = client?.metadata.subject_type === 'pairwise' ? undefined : hint.subject
  const end = await endHostSession(ctx, {
    sessionId,
    userId: signedIn?.user.id ?? subject,
    clientId: hint.clientId,
  })
  return leave(ctx, request, next, about, end)
}

/** Asks the user, on the host's logout page or on the server's own. */
async function ask(
  ctx: Context,
  request: Request,
  sessionId: string,
  { hint, client, target, problems }: LogoutRequest,
  parameters: Parameters,
): Promise<Response> {
  if (wantsJson(request)) {
    const wrong = problems.includes('address_not_registered') ? '; post_logout_redirect_uri is not registered' : ''
    throw new OAuthError(
      'interaction_required',
      `the user has to confirm the logout: open this URL in the browser${wrong}`,
    )
  }
  const confirmation = await signLogoutQuestion(ctx, sessionId, target)
  const page = await logoutPageUrl(ctx, confirmation, {
    client_id: client?.id,
    post_logout_redirect_uri: target?.redirectUri,
    ui_locales: parameters.get('ui_locales'),
    problem: problems.length === 0 ? undefined : problems.join(' '),
  })
  if (page !== undefined) return redirect(request, page)
  const host = ctx.config.branding.name ?? new URL(ctx.config.issuer).host
  const uiLocales = parameters.get('ui_locales')
  return showPage(ctx, request, { kind: 'sign_out', clientId: hint?.clientId, uiLocales }, (texts) => {
    const allTheSame = problems.includes('address_not_registered')
    const question = allTheSame ? texts.signOutAllTheSame : texts.signOutQuestion
    const next = target && fillText(texts.signOutNext, { host: shownDestination(target.redirectUri) })
    const fields = { confirmation, ...(uiLocales !== undefined && { ui_locales: uiLocales }) }
    return {
      title: texts.signOutTitle,
      paragraphs: [...problems.map((one) => texts[problemTexts[one]]), fillText(question, { host }), next ?? []].flat(),
      form: { action: ctx.config.issuer + endpointPaths.endSession, fields, button: texts.signOut },
    }
  })
}

async function confirm(
  ctx: Context,
  request: Request,
  confirmation: string,
  uiLocales: string | undefined,
): Promise<Response> {
  requireSameOrigin(ctx, request)
  const signedIn = await currentSession(ctx, request)
  if (signedIn === undefined) return signedOut(ctx, request, { about: { uiLocales } })
  const question = await readLogoutQuestion(ctx, signedIn.session.id, confirmation)
  if (question === undefined) throw errorForUser('access_denied', englishTexts.stillSignedIn, { page: { uiLocales } })
  const { target } = question
  const end = await endHostSession(ctx, {
    sessionId: signedIn.session.id,
    userId: signedIn.user.id,
    clientId: target?.clientId,
  })
  const client = target && (await ctx.clients.findNamed(target.clientId))
  const next = client && target && mayReturnTo(client, target.redirectUri) ? target : undefined
  return leave(ctx, request, next, { clientId: next?.clientId, uiLocales }, end)
}

/** The application and the language that the page after a logout is about. */
type About = Pick<PageSubject, 'clientId' | 'uiLocales'>

/**
 * Sends the browser back to the client, after it has loaded the frames of clients that are told through the browser.
 */
async function leave(
  ctx: Context,
  request: Request,
  target: LogoutTarget | undefined,
  about: About,
  { frames }: Pick<SessionEnd, 'frames'> = { frames: [] },
): Promise<Response> {
  const next = target && withParameters(target.redirectUri, { state: target.state })
  if (frames.length === 0) return next === undefined ? signedOut(ctx, request, { about }) : redirect(request, next)
  if (wantsJson(request)) return json(200, { ...(next !== undefined && { redirect: true, url: next }), frames })
  return signedOut(ctx, request, { about, frames, next })
}

interface SignedOut {
  readonly about?: About
  readonly problems?: readonly LogoutProblem[]
  /** URLs of other sites that the page loads in hidden frames. */
  readonly frames?: readonly string[]
  /** Where the page continues. */
  readonly next?: string | undefined
}

/**
 * The page after a logout. Where it continues, it does so without a script: a browser counts the seconds of `Refresh` from
 * the time at which all frames are loaded. A link lets the user go on at once.
 */
async function signedOut(
  ctx: Context,
  request: Request,
  { about, problems = [], frames = [], next }: SignedOut = {},
): Promise<Response> {
  if (wantsJson(request)) return json(200, {})
  const headers: Readonly<Record<string, string>> = next === undefined ? {} : { refresh: `1; url=${next}` }
  return showPage(ctx, request, { kind: 'signed_out', headers, ...about }, (texts) => ({
    title: texts.signedOutTitle,
    paragraphs: [
      texts.signedOutText,
      ...(problems.includes('address_not_registered') ? [texts.logoutAddressNotRegistered] : []),
    ],
    ...(frames.length > 0 && { frames }),
    ...(next !== undefined && { link: { href: next, text: texts.continue } }),
  }))
}

/** The names of the texts that the user reads. */
const problemTexts = {
  hint_missing: 'hintMissing',
  hint_invalid: 'hintInvalid',
  hint_of_another_session: 'hintOfAnotherSession',
  client_not_allowed: 'clientNotAllowed',
  address_not_registered: 'logoutAddressNotRegistered',
} as const satisfies Readonly<Record<LogoutProblem, PageTextName>>
