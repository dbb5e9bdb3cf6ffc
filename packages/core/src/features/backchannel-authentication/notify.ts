import type { Core } from '../../contracts/core.ts'
import { type DeliveryFailure, deliver, failureOf } from '../../http/deliver.ts'
import { errorParameters } from '../../http/error-response.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { ClientRecord } from '../../storage/client.ts'
import type { CibaRules } from './options.ts'
import { type BackchannelRecord, type Notification, unsealNotification } from './stored-request.ts'

/** The errors that are pushed ({@link https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#push_error_payload CIBA Core section 12}). */
export type PushedError = 'access_denied' | 'expired_token' | 'transaction_failed'

const errorTexts: Readonly<Record<PushedError, string>> = {
  access_denied: 'the user has refused, or the access was withdrawn',
  expired_token: 'the auth_req_id has expired; ask for a new one',
  transaction_failed: 'the server could not issue the tokens; ask anew',
}

/** A request that was answered, and its client. */
export interface Answered {
  readonly client: ClientRecord
  readonly record: BackchannelRecord
  /** What a client in the mode `push` is told. Absent when it is sent its tokens. */
  readonly error?: PushedError
}

/**
 * Tells a client that its request was answered, after everything was written: one in the mode `ping` that it can ask now
 * ({@link https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#ping_callback CIBA Core
 * section 10.2}), one in the mode `push` why it gets no tokens. It does not wait for the client and never throws: the outcome
 * is an event.
 */
export function notifyClient(core: Core, rules: CibaRules, { client, record, error }: Answered): void {
  const { backchannel_token_delivery_mode: mode } = client.metadata
  const endpoint = endpointOf(client)
  const { sealed } = record.value
  if (endpoint === undefined || sealed === undefined) return
  if (mode !== 'ping' && (mode !== 'push' || error === undefined)) return
  inBackground(core, rules, async () => {
    const of = { clientId: client.id, userId: record.userId ?? '' }
    const notification = await unsealNotification(core, record.id, sealed)
    if (notification === undefined) {
      core.emit({ type: 'ciba.notification_failed', ...of, attempts: 0, cause: unopened() })
      return
    }
    const { token, authReqId } = notification
    const why = mode === 'push' && error !== undefined && errorParameters(new OAuthError(error, errorTexts[error]))
    const body = { auth_req_id: authReqId, ...why }
    const { attempts, failure } = await post(core, rules, { endpoint, token, body })
    if (failure === undefined) core.emit({ type: 'ciba.notified', ...of, attempts })
    else core.emit({ type: 'ciba.notification_failed', ...of, attempts, ...failure.reason })
  })
}

/** The endpoint of a client that is notified. */
export function endpointOf({ metadata }: ClientRecord): string | undefined {
  return metadata.backchannel_client_notification_endpoint
}

/** The error of a process that cannot read what a client is notified with. */
export function unopened(): Error {
  return new Error('no secret opens the notification: was the option secret changed?')
}

/** Runs a notification that nobody waits for. */
export function inBackground({ emit }: Core, { waitUntil }: CibaRules, run: () => Promise<void>): void {
  const failed = (cause: unknown) => emit({ type: 'request.failed', endpoint: 'ciba notification', cause })
  const notification = run().catch(failed)
  try {
    waitUntil?.(notification)
  } catch (cause) {
    failed(cause)
  }
}

/** A message to the notification endpoint of a client. */
interface Message extends Pick<Notification, 'token'> {
  readonly endpoint: string
  readonly body: Readonly<Record<string, unknown>>
}

/** Sends a message, again after each pause of the option `retryAfterSeconds` when another attempt may help. */
export function post(
  core: Core,
  rules: CibaRules,
  { endpoint, token, body }: Message,
): Promise<{ readonly attempts: number; readonly failure?: DeliveryFailure }> {
  return deliver(rules.retryAfterSeconds, async () => {
    try {
      const request = {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
        readStatuses: [],
      } as const
      return failureOf((await core.outbound(endpoint, request)).status)
    } catch (cause) {
      return { final: false, reason: { cause } }
    }
  })
}
