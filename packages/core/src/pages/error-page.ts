import type { Context } from '../contracts/context.ts'
import { descriptionOf } from '../http/error-response.ts'
import type { OAuthError } from '../protocol/errors.ts'
import { showPage } from './show-page.ts'
import { sentence, translate } from './texts.ts'

/** The beginnings of the names of a title and its text: `failureTitle` and `failureText`. */
type Message =
  | 'error'
  | 'unknownApplication'
  | 'notAllowed'
  | 'signIn'
  | 'stronger'
  | 'denied'
  | 'expired'
  | 'notFound'
  | 'tooMany'
  | 'failure'

/**
 * What a user is told for an error code that comes without a text for the user. All other codes get `error`: a user can do
 * the same about each of them.
 */
const messages: Readonly<Record<string, Message>> = {
  // Nobody can sign in with an application that the server does not accept, so a second attempt does not help.
  invalid_client: 'unknownApplication',
  unauthorized_client: 'notAllowed',
  unsupported_response_type: 'notAllowed',
  invalid_scope: 'notAllowed',
  invalid_target: 'notAllowed',
  invalid_authorization_details: 'notAllowed',
  request_not_supported: 'notAllowed',
  request_uri_not_supported: 'notAllowed',
  registration_not_supported: 'notAllowed',
  login_required: 'signIn',
  interaction_required: 'signIn',
  consent_required: 'signIn',
  account_selection_required: 'signIn',
  unmet_authentication_requirements: 'stronger',
  insufficient_user_authentication: 'stronger',
  access_denied: 'denied',
  invalid_request_uri: 'expired',
  expired_token: 'expired',
  not_found: 'notFound',
  rate_limited: 'tooMany',
}

function messageOf({ code, status }: OAuthError): Message {
  return messages[code] ?? (status >= 500 ? 'failure' : 'error')
}

/**
 * Makes the page that shows an error to a user: what happened and what to do. The error code and its description stand
 * below, small, for the developer whom the user may ask.
 */
export function errorPage(ctx: Context, request: Request, error: OAuthError): Promise<Response> {
  const { userText, headers, challenge, page } = error.details
  const description = descriptionOf(error)
  const note = userText === error.description ? undefined : description
  const subject = {
    kind: 'error',
    status: error.status,
    headers: { ...headers, ...(challenge !== undefined && { 'www-authenticate': challenge }) },
    ...page,
  } as const
  return showPage(ctx, request, subject, (texts) => {
    const message = messageOf(error)
    return {
      title: texts[`${message}Title`],
      paragraphs: [userText === undefined ? texts[`${message}Text`] : sentence(translate(userText, texts))],
      error: {
        code: error.code,
        ...(note !== undefined && { description: note }),
        ...(ctx.served !== undefined && { requestId: ctx.served.id }),
      },
    }
  })
}
