import type { Core } from '../../contracts/core.ts'
import { type DeliveryFailure, deliver, failureOf } from '../../http/deliver.ts'
import type { ClientRecord } from '../../storage/client.ts'
import type { CibaRules } from './options.ts'
import { type BackchannelRecord, unsealNotification } from './stored-request.ts'

/**
 * Tells a client in the mode `ping` that its request was answered ({@link
 * https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#ping_callback CIBA Core section
 * 10.2}), after everything was written. It does not wait for the client and never throws: the outcome is an event.
 */
export function notifyClient(core: Core, rules: CibaRules, client: ClientRecord, record: BackchannelRecord): void {
  const { backchannel_client_notification_endpoint: endpoint, backchannel_token_delivery_mode: mode } = client.metadata
  const { sealed } = record.value
  if (mode !== 'ping' || endpoint === undefined || sealed === undefined) return
  const notification = send(core, rules, { client, record, endpoint, sealed }).catch((cause: unknown) =>
    core.emit({ type: 'request.failed', endpoint: 'ciba notification', cause }),
  )
  try {
    rules.waitUntil?.(notification)
  } catch (cause) {
    core.emit({ type: 'request.failed', endpoint: 'ciba notification', cause })
  }
}

interface Ping {
  readonly client: ClientRecord
  readonly record: BackchannelRecord
  readonly endpoint: string
  readonly sealed: string
}

async function send(core: Core, rules: CibaRules, { client, record, endpoint, sealed }: Ping): Promise<void> {
  const of = { clientId: client.id, userId: record.userId ?? '' }
  const notification = await unsealNotification(core, record.id, sealed)
  if (notification === undefined) {
    const cause = new Error('no secret opens the notification: was the option secret changed?')
    core.emit({ type: 'ciba.notification_failed', ...of, attempts: 0, cause })
    return
  }
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${notification.token}` },
    body: JSON.stringify({ auth_req_id: notification.authReqId }),
    readStatuses: [],
  } as const
  const post = async (): Promise<DeliveryFailure | undefined> => {
    try {
      return failureOf((await core.outbound(endpoint, request)).status)
    } catch (cause) {
      return { final: false, reason: { cause } }
    }
  }
  const { attempts, failure } = await deliver(rules.retryAfterSeconds, post)
  if (failure === undefined) core.emit({ type: 'ciba.notified', ...of, attempts })
  else core.emit({ type: 'ciba.notification_failed', ...of, attempts, ...failure.reason })
}
