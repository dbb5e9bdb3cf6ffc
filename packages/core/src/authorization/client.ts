import type { Context } from '../contracts/context.ts'
import { englishTexts } from '../contracts/page-texts.ts'
import type { Parameters } from '../http/parameters.ts'
import { loopbackRule } from '../policy/client.ts'
import { responseModeOfError } from '../policy/response-mode.ts'
import { OAuthError, type RedirectTarget } from '../protocol/errors.ts'
import { matchesRedirectUri, redirectUriProblem } from '../protocol/redirect-uri.ts'
import { remembering } from '../protocol/remembering.ts'
import type { ClientRecord } from '../storage/client.ts'
import { stateOf } from './opaque-parameters.ts'

/** The verified client and redirect URI. Both must be verified before anything is sent to the redirect URI. */
export interface VerifiedClient {
  readonly client: ClientRecord
  readonly redirectUri: string
  readonly redirectUriSent: boolean
}

/**
 * Verifies the client and redirect URI of an authorization request. Errors must be shown on a page and never be sent to
 * the redirect URI ({@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC 6749 section 4.1.2.1}).
 * @throws {OAuthError} `invalid_request` or `invalid_client`
 */
export async function verifyClient(ctx: Context, parameters: Parameters): Promise<VerifiedClient> {
  const clientId = parameters.get('client_id')
  if (clientId === undefined) {
    throw new OAuthError('invalid_request', 'the application did not say which one it is: client_id is missing')
  }
  const known = ctx.clients.find(clientId)
  const client = known instanceof Promise ? await known : known
  if (client === undefined) {
    throw new OAuthError(
      'invalid_client',
      'the application is not registered here, or it is disabled; its developer should check client_id',
      { status: 400 },
    )
  }
  const sent = parameters.get('redirect_uri')
  const redirectUri = sent ?? onlyRedirectUri(client)
  if (!isRegistered(client, redirectUri)) {
    throw new OAuthError('invalid_request', `Redirect URI '${redirectUri}' not registered for client`, {
      page: { clientId: client.id },
      userText: englishTexts.addressNotRegistered,
    })
  }
  return { client, redirectUri, redirectUriSent: sent !== undefined }
}

/**
 * Returns where an error goes: in the requested response mode. When that mode cannot be used, the error goes in the mode
 * that the client must use, or else in the query.
 */
export function redirectTarget(
  ctx: Context,
  { client, redirectUri }: VerifiedClient,
  parameters: Parameters,
): RedirectTarget {
  const responseMode = responseModeOfError(ctx.registry, client, parameters.get('response_mode'), redirectUri)
  const uiLocales = parameters.get('ui_locales')
  return { clientId: client.id, redirectUri, state: stateOf(parameters), responseMode, uiLocales }
}

function onlyRedirectUri(client: ClientRecord): string {
  const [uri, another] = client.metadata.redirect_uris
  if (uri !== undefined && another === undefined) return uri
  throw new OAuthError('invalid_request', 'redirect_uri must be specified when client has multiple registered URIs')
}

/**
 * Whether the redirect URI is registered for the client. The URI is checked again for safety: a row that was written by
 * hand must not redirect to `javascript:`.
 */
export function isRegistered(client: ClientRecord, redirectUri: string): boolean {
  const rule = loopbackRule(client)
  return (
    client.metadata.redirect_uris.some((registered) => matchesRedirectUri(registered, redirectUri, rule)) &&
    (client.metadata.application_type === 'native' ? nativeProblem : webProblem)(redirectUri) === undefined
  )
}

const nativeProblem = remembering((uri) => redirectUriProblem(uri, true))
const webProblem = remembering((uri) => redirectUriProblem(uri, false))
