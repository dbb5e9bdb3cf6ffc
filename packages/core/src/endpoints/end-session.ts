import { startsProgramOfUnapprovedClient } from '../authorization/error-target.ts'
import type { Context } from '../contracts/context.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import { foreignFormAsGet } from '../http/foreign-form.ts'
import { readFormText } from '../http/form.ts'
import { framesPage } from '../http/frames-page.ts'
import { messagePage } from '../http/html.ts'
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
    if (confirmation !== undefined) return confirm(ctx, request, confirmation)
    const asGet = foreignFormAsGet(request, ctx.config.issuer + endpointPaths.endSession, form)
    return asGet ?? logOut(ctx, request, parameters)
  },
}

async function logOut(ctx: Context, request: Request, parameters: Parameters): Promise<Response> {
  const asked = await parseLogoutRequest(ctx, parameters)
  const { hint, client, target, problems } = asked
  const signedIn = await currentSession(ctx, request)
  if (hint === undefined || problems.length > 0) {
    if (signedIn === undefined) return signedOut(request, problems)
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
  if (sessionId === undefined) return leave(request, next)
  // Without a session, a pairwise subject does not tell who the user is.
  const subject = client?.metadata.subject_type === 'pairwise' ? undefined : hint.subject
  const end = await endHostSession(ctx, {
    sessionId,
    userId: signedIn?.user.id ?? subject,
    clientId: hint.clientId,
  })
  return leave(request, next, end)
}

/** Asks the user, on the host's logout page or on the server's own. */
async function ask(
  ctx: Context,
  request: Request,
  sessionId: string,
  { client, target, problems }: LogoutRequest,
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
  const { host } = new URL(ctx.config.issuer)
  const next = target === undefined ? [] : [`You will then be sent to ${shownDestination(target.redirectUri)}.`]
  const allTheSame = problems.includes('address_not_registered') ? ' all the same' : ''
  const question = `Do you want to sign out of ${host}${allTheSame}? If not, close this page.`
  return messagePage('Sign out?', [...problems.map((one) => problemTexts[one]), question, ...next], {
    action: ctx.config.issuer + endpointPaths.endSession,
    fields: { confirmation },
    button: 'Sign out',
  })
}

async function confirm(ctx: Context, request: Request, confirmation: string): Promise<Response> {
  requireSameOrigin(ctx, request)
  const signedIn = await currentSession(ctx, request)
  if (signedIn === undefined) return signedOut(request)
  const question = await readLogoutQuestion(ctx, signedIn.session.id, confirmation)
  if (question === undefined) {
    throw errorForUser(
      'access_denied',
      'you are still signed in: this page was shown too long ago, or the sign-in has changed since; please sign out again',
    )
  }
  const { target } = question
  const end = await endHostSession(ctx, {
    sessionId: signedIn.session.id,
    userId: signedIn.user.id,
    clientId: target?.clientId,
  })
  const client = target && (await ctx.clients.findNamed(target.clientId))
  return leave(request, client && target && mayReturnTo(client, target.redirectUri) ? target : undefined, end)
}

/**
 * Sends the browser back to the client, after it has loaded the frames of clients that are told through the browser.
 */
function leave(request: Request, target: LogoutTarget | undefined, end?: SessionEnd): Response {
  const next = target && withParameters(target.redirectUri, { state: target.state })
  const frames = end?.frames ?? []
  if (frames.length === 0) return next === undefined ? signedOut(request) : redirect(request, next)
  if (wantsJson(request)) return json(200, { ...(next !== undefined && { redirect: true, url: next }), frames })
  return framesPage('Signed out', ['You are signed out.'], frames, next)
}

function signedOut(request: Request, problems: readonly LogoutProblem[] = []): Response {
  if (wantsJson(request)) return json(200, {})
  const wrong = problems.includes('address_not_registered') ? [problemTexts.address_not_registered] : []
  return messagePage('Signed out', ['You are signed out.', ...wrong])
}

/** The texts that the user reads. They do not show the address: on this page it would look trustworthy. */
const problemTexts: Readonly<Record<LogoutProblem, string>> = {
  hint_missing: 'We do not know which application sent you here.',
  hint_invalid: 'We do not know which application sent you here: what it sent to prove it is not valid.',
  hint_of_another_session: 'The application wants to end a different session than the one in this browser.',
  client_not_allowed: 'The application that sent you here may not sign you out by itself.',
  address_not_registered:
    'The application asked to send you to an address that is not registered. You will not be sent there.',
}
