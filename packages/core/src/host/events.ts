import type { Clock } from '../contracts/clock.ts'
import type { CoreEvent, OAuthEvent } from '../contracts/events.ts'
import { isThenable } from '../storage/awaitable.ts'
import { createReport, type Report } from './console.ts'
import { loggableEvent } from './loggable-event.ts'

export type Emit = (event: OAuthEvent) => void

/**
 * Makes the function that emits events: to `onEvent`, or without it to the console, which prints unexpected failures
 * only. An event with a cause can be logged as JSON. When `onEvent` throws or rejects, the console prints that, and the
 * request goes on.
 * @param secrets the secrets of the server, which neither the console nor the JSON of an event shows
 */
export function createEmit(
  onEvent: ((event: OAuthEvent) => unknown) | undefined,
  clock: Clock,
  secrets: readonly string[],
): Emit {
  const report = createReport(clock, secrets)
  if (onEvent === undefined) return (event) => reportUnexpected(report, event)
  return (emitted) => {
    const event = loggableEvent(emitted, secrets)
    const failed = (cause: unknown): void => {
      report('onEvent failed', cause)
      reportUnexpected(report, event)
    }
    try {
      const result = onEvent(event)
      if (isThenable(result)) result.then(undefined, failed)
    } catch (cause) {
      failed(cause)
    }
  }
}

/** The text that the console prints for an event, and the error. */
type Line = readonly [where: string, cause?: unknown]

type Lines = {
  readonly [Type in CoreEvent['type']]: ((event: Extract<CoreEvent, { readonly type: Type }>) => Line) | undefined
}

/**
 * The line that the console prints for each type of event of the core. Failures that no client caused, and wrong answers
 * of the application, have a line. Everyday events have none. Every type is listed, so that a new one cannot be forgotten.
 */
const lines: Lines = {
  'request.failed': ({ endpoint, cause }) => [`${endpoint} failed`, cause],
  'rate_limiter.failed': ({ bucket, cause }) => [
    `rateLimit failed for ${bucket}, and the request went on unlimited`,
    cause,
  ],
  'client_cache_signal.failed': ({ clientId, cause }) => [
    `clientCacheSignal could not publish that the client ${clientId} changed`,
    cause,
  ],
  'client_source.failed': ({ clientId, cause }) => [`the source of the client ${clientId} failed`, cause],
  'page.failed': ({ kind, cause }) => [`renderPage failed for ${kind}, and the user got the built-in page`, cause],
  'clock.set_back': ({ problem }) => [problem],
  'signing_key.secret_changed': ({ problem }) => [problem],
  'signing_key.unsealable': ({ algorithm, keyId }) => [
    `no secret opens the ${algorithm} signing key ${keyId}: was the option secret changed?`,
  ],
  'encryption_key.unsealable': ({ algorithm, keyId }) => [
    `no secret opens the ${algorithm} encryption key ${keyId}: was the option secret changed?`,
  ],
  'claims.wrong_type_dropped': ({ hook, claim, expected }) => [
    `${hook}: ${claim} must be ${expected}; it was left out`,
  ],
  'claims.reserved_name_dropped': ({ hook, names }) => [`${hook} must not set ${names.join(', ')}; it was left out`],
  'client_document.failed': undefined,
  'client_document.changed': undefined,
  'jwt_bearer.accepted': undefined,
  'token.exchanged': undefined,
  'id_jag.issued': undefined,
  'client.registered': undefined,
  'client.metadata_substituted': undefined,
  'client.updated': undefined,
  'client.secret_rotated': undefined,
  'client.deleted': undefined,
  'client.encryption_failed': undefined,
  'client.authentication_failed': undefined,
  'interaction.started': undefined,
  'interaction.denied': undefined,
  'interaction.session_unchanged': undefined,
  'consent.remembered': undefined,
  'consent.narrowed': undefined,
  'consent.deleted': undefined,
  'app.disconnected': undefined,
  'authorization_request.pushed': undefined,
  'device.requested': undefined,
  'device.approved': undefined,
  'device.denied': undefined,
  'device.expired': undefined,
  'ciba.requested': undefined,
  'ciba.approved': undefined,
  'ciba.denied': undefined,
  'ciba.expired': undefined,
  'ciba.notified': undefined,
  'ciba.push_failed': undefined,
  'ciba.notification_failed': undefined,
  'code.issued': undefined,
  'code.withdrawn': undefined,
  'code.replayed': undefined,
  'tokens.issued': undefined,
  'scopes.ignored': undefined,
  'refresh_token.reused': undefined,
  'refresh_token.replayed': undefined,
  'token.revoked': undefined,
  'grant.revoked': undefined,
  'session.ended': undefined,
  'back_channel_logout.delivered': undefined,
  'back_channel_logout.failed': undefined,
  'grants.revoked': undefined,
  'signing_key.created': undefined,
  'encryption_key.created': undefined,
  'request.audience_ignored': undefined,
  'request.refused': undefined,
}

function reportUnexpected(report: Report, event: OAuthEvent): void {
  // Features have events of their own.
  const line = Object.hasOwn(lines, event.type) ? lines[event.type as CoreEvent['type']] : undefined
  if (line !== undefined) report(...(line as (event: OAuthEvent) => Line)(event))
}
