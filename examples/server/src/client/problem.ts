import * as oauth from 'oauth4webapi'

/** A refusal: what it means in plain words, and what the protocol called it. */
export interface Problem {
  readonly text: string
  /** The error code of the protocol, or of oauth4webapi when it refused the response. */
  readonly code: string
  readonly status?: number
  readonly description?: string
}

/** What the codes mean to the user of this application. */
const words: Readonly<Record<string, string>> = {
  access_denied: 'You did not allow it.',
  authorization_pending: 'Nobody has approved it yet. Approve it first, then check again.',
  expired_token: 'The code has expired. Start again to get a new one.',
  insufficient_scope: 'The token does not allow this: it lacks a scope.',
  insufficient_user_authentication: 'The API wants a newer sign-in.',
  interaction_required: 'Example ID has to ask you something, and this request allowed no page.',
  consent_required: 'Example ID has to ask you for access first, and this request allowed no page.',
  invalid_client: 'The provider does not know this application any more. Restart the example to register it again.',
  invalid_grant: 'The provider does not accept it any more: it expired, was used before, or was withdrawn.',
  invalid_token: 'The access token is not accepted: it expired, was withdrawn, or is for another API.',
  login_required: 'Example ID does not know you in this browser, and this request allowed no sign-in page.',
  payment_not_approved: 'The API books only the payment that you approved.',
  slow_down: 'That was too soon. Wait a few seconds, then check again.',
  temporarily_unavailable: 'The provider cannot answer right now. Try again in a moment.',
}

/** Describes an OAuth error for the page. Returns `undefined` for any other error (a bug or the network). */
export function describeProblem(error: unknown): Problem | undefined {
  if (error instanceof oauth.ResponseBodyError) return problem(error.error, error.status, error.error_description)
  if (error instanceof oauth.AuthorizationResponseError) return problem(error.error, undefined, error.error_description)
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    const { error: code = 'invalid_token', error_description } = error.cause[0]?.parameters ?? {}
    return problem(code, error.status, error_description)
  }
  if (error instanceof oauth.OperationProcessingError) {
    const text = 'The response is not the one that this application asked for, so it refused it.'
    return { text, code: error.code ?? 'invalid_response', description: error.message }
  }
  return undefined
}

function problem(code: string, status: number | undefined, description: string | undefined): Problem {
  return {
    text: words[code] ?? 'The provider refused it.',
    code,
    ...(status !== undefined && { status }),
    ...(description !== undefined && { description }),
  }
}
