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
import { OAuthError } from '../protocol/errors.ts'
import { shownDestination } from '../protocol/redirect-uri.ts'
import { requireSameOrigin } from '../sessions/same-origin.ts'
import { currentSession } from '../sessions/signed-in.ts'

/**
 * The logout endpoint ({@link https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout RP-Initiated Logout
 * section 2}). It is there when the host can end a session. The client that the session's own ID token names ends it
 * without a question, if the request is right; in any other case the user is asked, and told what is wrong.
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
  // Before the session ends: an ID token that somebody sends along is no proof that this user agreed to anything.
  const held = target && client && (await startsProgramOfUnapprovedClient(ctx, request, client, target.redirectUri))
  const next = held ? undefined : target
  if (sessionId === undefined) return leave(request, next)
  // Without a session to ask, a pairwise subject does not say who the user is.
  const subject = client?.metadata.subject_type === 'pairwise' ? undefined : hint.subject
  const end = await endHostSession(ctx, {
    sessionId,
    userId: signedIn?.user.id ?? subject,
    clientId: hint.clientId,
  })
  return leave(request, next, end)
}

/** On the host's page, where it has one, or on ours. */
async function ask(
  ctx: Context,
  request: Request,
  sessionId: string,
  { client, target, problems }: LogoutRequest,
  parameters: Parameters,
): Promise<Response> {
  if (wantsJson(request)) {
    const wrong = problems.includes('address_not_registered') ? '; post_logout_redirect_uri is not registered' : ''
    throw new OAuthError('interaction_required', `the user has to confirm the logout${wrong}`)
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
  const next = target === undefined ? [] : [`You will then go on to ${shownDestination(target.redirectUri)}.`]
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
    throw new OAuthError('access_denied', 'this logout was asked of another session, or too long ago')
  }
  const { target } = question
  const end = await endHostSession(ctx, {
    sessionId: signedIn.session.id,
    userId: signedIn.user.id,
    clientId: target?.clientId,
  })
  const client = target && (await ctx.clients.find(target.clientId))
  return leave(request, client && target && mayReturnTo(client, target.redirectUri) ? target : undefined, end)
}

/** To where the client wants its user back, past the frames of those whom the browser has to tell. */
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

/** What the user reads. The address itself is not shown: the page would put its name to it. */
const problemTexts: Readonly<Record<LogoutProblem, string>> = {
  hint_missing: 'No application has proved that it sent you here.',
  hint_invalid:
    'The application that sent you here could not prove it: what it sent was changed, or was not made here.',
  hint_of_another_session: 'The application that sent you here means another sign-in than the one in this browser.',
  client_not_allowed: 'The application that sent you here may not sign you out by itself.',
  address_not_registered:
    'The request of the application is wrong: the address to go to afterwards is not registered. You will not be sent there.',
}
