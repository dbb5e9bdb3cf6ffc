import type { Pending } from '../contracts/completion.ts'
import type { Context } from '../contracts/context.ts'
import type { InteractionRecord, InteractionStep } from '../contracts/interaction.ts'
import { englishTexts } from '../contracts/page-texts.ts'
import { createId } from '../crypto/credential.ts'
import { queryOf } from '../http/target.ts'
import { errorForUser, OAuthError } from '../protocol/errors.ts'
import { insertInteraction, readInteraction } from '../records/interactions.ts'
import type { Approver } from '../sessions/signed-in.ts'
import { isSameBrowser, recogniseBrowser } from './browser.ts'
import { pageUrl } from './page-url.ts'

/**
 * The members that bind an interaction to its user and session, from login on, and the withdrawal marks at that moment.
 */
export function boundTo({
  signedIn,
  standing,
}: Approver): Pick<InteractionRecord, 'userId' | 'sessionId' | 'withdrawals'> {
  if (signedIn === undefined) return {}
  return { userId: signedIn.user.id, sessionId: signedIn.session.id, withdrawals: standing.versions }
}

/**
 * The step that the user has to take next. For consent, also the reference under which the page asks, the scopes that the
 * user granted before, and the state of the client's document.
 */
export interface DueStep {
  readonly step: InteractionStep
  readonly referenceId?: string
  readonly grantedBefore?: readonly string[]
  readonly documentState?: string
}

/**
 * Stores a request that has to wait for its user. Returns the page to redirect to, and the cookie that binds the
 * interaction to this browser.
 */
export async function startInteraction(
  ctx: Context,
  request: Request,
  { authorization, completion, value, take }: Pending,
  { step, referenceId, grantedBefore, documentState }: DueStep,
  approver: Approver,
): Promise<{ readonly location: string; readonly setCookie: string }> {
  const now = ctx.clock.now()
  const browser = await recogniseBrowser(ctx, request)
  const { signedIn } = approver
  const interaction: InteractionRecord = {
    id: createId('i', now, ctx.random),
    clientId: authorization.clientId,
    browserHash: browser.hash,
    request: authorization,
    completion,
    ...(value !== undefined && { value }),
    ...(take !== undefined && { take }),
    step,
    completed: [],
    ...(signedIn !== undefined && { priorSession: { id: signedIn.session.id, authTime: signedIn.session.authTime } }),
    ...boundTo(approver),
    ...(referenceId !== undefined && { referenceId }),
    ...(grantedBefore !== undefined && { grantedBefore }),
    ...(documentState !== undefined && { documentState }),
    createdAt: now,
    expiresAt: now + ctx.config.lifetimes.interaction,
    version: 1,
  }
  await insertInteraction(ctx, interaction)
  ctx.emit({ type: 'interaction.started', clientId: authorization.clientId, step })
  return { location: await pageUrl(ctx, interaction), setCookie: browser.setCookie }
}

/**
 * Finds the interaction that a request names, if it is alive and began in this browser.
 * @throws {OAuthError} `invalid_request`
 */
export async function findInteraction(
  ctx: Context,
  request: Request,
  state: string | undefined,
): Promise<InteractionRecord> {
  if (state === undefined) {
    throw new OAuthError(
      'invalid_request',
      'this address belongs to no sign-in (state is missing); please go back to the application and start again',
      { userText: englishTexts.interactionUnknown },
    )
  }
  const interaction = await readInteraction(ctx, state)
  if (interaction === undefined || ctx.clock.now() >= interaction.expiresAt) {
    throw errorForUser('invalid_request', englishTexts.interactionIsOver)
  }
  if (!(await isSameBrowser(ctx, request, interaction.browserHash))) {
    throw errorForUser('invalid_request', englishTexts.interactionElsewhere, { status: 403 })
  }
  return interaction
}

/**
 * Returns the `state` in the URL of a login or consent page, or in its `return_to`. It uses only this value, never the
 * URL in `return_to`.
 */
export function stateOf(request: Request): string | undefined {
  const query = new URLSearchParams(queryOf(request.url))
  const state = query.get('state')
  if (state) return state
  const returnTo = query.get('return_to')
  return returnTo ? (new URLSearchParams(queryOf(returnTo)).get('state') ?? undefined) : undefined
}
