import type { Session } from '../contracts/host.ts'
import type { InteractionRecord, InteractionStep } from '../contracts/interaction.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import type { OAuthErrorCode } from '../protocol/errors.ts'
import { requiredAcr } from './authentication-context.ts'

export interface InteractionFacts {
  readonly request: AuthorizationRequest
  readonly session: Session | undefined
  /** Whether `acr_values` is a requirement in every request (`requireAcrValues`). */
  readonly acrValuesRequired?: boolean | undefined
  readonly now: number
  /** The steps that the user has completed; none when the request has just arrived. */
  readonly completed: readonly InteractionStep[]
  /** Seconds since the epoch at which the request arrived. */
  readonly requestedAt: number
  /** The session that existed when the request arrived. */
  readonly priorSession: InteractionRecord['priorSession']
  /** Whether `selectAccountResolver` wants the user to choose an account. */
  readonly accountChoiceNeeded: boolean
  /** Whether `postLoginResolver` wants a step after login. */
  readonly postLoginNeeded: boolean
  readonly consentMissing: boolean
  /** Why the user's consent to this client is never remembered, where it is not. */
  readonly askedEachTime?: string | undefined
  /** Whether the request asks for another user than the one of the session. */
  readonly wrongUser: boolean
}

export type InteractionVerdict =
  | { readonly kind: 'proceed' }
  | {
      readonly kind: 'interact'
      readonly step: InteractionStep
      /** Whether the user has to sign in only because the session is of no class that the client requires. */
      readonly acrUnmet?: boolean
    }
  | { readonly kind: 'refuse'; readonly code: OAuthErrorCode; readonly description: string }

/**
 * Decides what the user still has to do for an authorization request ({@link
 * https://openid.net/specs/openid-connect-core-1_0.html#Authenticates OpenID Connect Core section 3.1.2.3}).
 */
export function judgeInteraction(facts: InteractionFacts): InteractionVerdict {
  const { prompt } = facts.request
  const silent = prompt.includes('none')
  if (facts.session === undefined || mustSignInAgain(facts, facts.session)) {
    // The user has signed in for this request, and the session is still not what the client asked for.
    const cannotHelp = facts.session !== undefined && madeAfterTheRequest(facts, facts.session)
    if (silent || (cannotHelp && facts.wrongUser)) {
      return { kind: 'refuse', code: 'login_required', description: 'authentication required' }
    }
    if (cannotHelp) return { kind: 'refuse', code: 'unmet_authentication_requirements', description: wrongClass }
    const create = prompt.includes('create') && !facts.completed.includes('create')
    const onlyAcr = facts.session !== undefined && !facts.wrongUser && !mustSignInAnew(facts, facts.session)
    return { kind: 'interact', step: create ? 'create' : 'login', ...(onlyAcr && { acrUnmet: true }) }
  }
  const mustChoose = prompt.includes('select_account') || facts.accountChoiceNeeded
  if (mustChoose && !facts.completed.includes('select_account')) {
    if (!silent) return { kind: 'interact', step: 'select_account' }
    const description = 'End-User account selection is required'
    return { kind: 'refuse', code: 'account_selection_required', description }
  }
  if (facts.postLoginNeeded) {
    if (silent) return { kind: 'refuse', code: 'interaction_required', description: 'End-User interaction is required' }
    return { kind: 'interact', step: 'post_login' }
  }
  if (facts.consentMissing || (prompt.includes('consent') && !facts.completed.includes('consent'))) {
    const why = facts.askedEachTime === undefined ? '' : `: ${facts.askedEachTime}`
    if (silent) return { kind: 'refuse', code: 'consent_required', description: `End-User consent is required${why}` }
    return { kind: 'interact', step: 'consent' }
  }
  return { kind: 'proceed' }
}

/** What the developer of the client reads when no login was of a required class. */
export const wrongClass = 'the authentication was not of a class that the client requires'

function mustSignInAgain(facts: InteractionFacts, session: Session): boolean {
  const required = requiredAcr(facts.request, facts.acrValuesRequired)
  if (facts.wrongUser || (required !== undefined && !required.includes(session.acr))) return true
  return mustSignInAnew(facts, session)
}

/** Whether the client demands a login that is newer than the one of the session. */
function mustSignInAnew(facts: InteractionFacts, session: Session): boolean {
  const { prompt, maxAge } = facts.request
  // max_age=0 means the same as prompt=login.
  const demanded = prompt.includes('login') || prompt.includes('create') || maxAge === 0
  const tooOld = maxAge !== undefined && facts.now - session.authTime > maxAge
  if (!demanded && !tooOld) return false
  return !madeAfterTheRequest(facts, session)
}

/**
 * Tells whether the user signed in after the request arrived. The session from before was the reason to ask, so it does
 * not count.
 */
function madeAfterTheRequest(facts: InteractionFacts, session: Session): boolean {
  if (session.authTime < facts.requestedAt) return false
  const prior = facts.priorSession
  return prior === undefined || session.id !== prior.id || session.authTime > prior.authTime
}
