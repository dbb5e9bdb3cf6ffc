import type { CoreEvent, OAuthEvent } from '../contracts/events.ts'
import type { LogLevel } from '../contracts/logger.ts'

/** The level of each event of the core. Every type is listed, so that a new one cannot be forgotten. */
const levels: { readonly [Type in CoreEvent['type']]: LogLevel } = {
  'request.failed': 'error',
  'rate_limiter.failed': 'error',
  'client_source.failed': 'error',
  'client_cache_signal.failed': 'error',
  'page.failed': 'error',
  'clock.set_back': 'error',
  'signing_key.secret_changed': 'error',
  'signing_key.unsealable': 'error',
  'encryption_key.unsealable': 'error',
  'claims.wrong_type_dropped': 'error',
  'claims.reserved_name_dropped': 'error',
  'readiness.changed': 'error',
  'client_document.failed': 'warn',
  'client_document.changed': 'info',
  'jwt_bearer.accepted': 'info',
  'token.exchanged': 'info',
  'id_jag.issued': 'info',
  'client.registered': 'info',
  'client.imported': 'info',
  'consent.imported': 'info',
  'client.metadata_substituted': 'info',
  'client.updated': 'info',
  'client.secret_rotated': 'info',
  'client.deleted': 'info',
  'client.encryption_failed': 'warn',
  'client.authentication_failed': 'warn',
  'interaction.started': 'info',
  'interaction.denied': 'info',
  'interaction.session_unchanged': 'warn',
  'consent.remembered': 'info',
  'consent.narrowed': 'info',
  'consent.deleted': 'info',
  'app.disconnected': 'info',
  'authorization_request.pushed': 'info',
  'device.requested': 'info',
  'device.approved': 'info',
  'device.denied': 'info',
  'device.expired': 'info',
  'ciba.requested': 'info',
  'ciba.approved': 'info',
  'ciba.denied': 'info',
  'ciba.expired': 'info',
  'ciba.notified': 'info',
  'ciba.push_failed': 'warn',
  'ciba.notification_failed': 'warn',
  'code.issued': 'info',
  'code.withdrawn': 'warn',
  'code.replayed': 'warn',
  'tokens.issued': 'info',
  'scopes.ignored': 'info',
  'refresh_token.reused': 'info',
  'refresh_token.replayed': 'warn',
  'token.revoked': 'info',
  'grant.revoked': 'info',
  'session.ended': 'info',
  'back_channel_logout.delivered': 'info',
  'back_channel_logout.failed': 'warn',
  'grants.revoked': 'info',
  'signing_key.created': 'info',
  'encryption_key.created': 'info',
  'request.audience_ignored': 'warn',
  'request.refused': 'warn',
}

/** Returns the level of an event. A feature's own event is a warning when its name says that something failed. */
export function levelOf(event: OAuthEvent): LogLevel {
  if (event.type === 'readiness.changed') return readinessLevel(event)
  if (Object.hasOwn(levels, event.type)) return levels[event.type as CoreEvent['type']]
  return /(?:failed|refused|replayed)$/.test(event.type) ? 'warn' : 'info'
}

function readinessLevel({ ready, problems }: Extract<CoreEvent, { readonly type: 'readiness.changed' }>): LogLevel {
  // A process that is about to end is not ready because it was told so.
  if (!ready) return problems.every((problem) => problem.startsWith('running:')) ? 'info' : 'error'
  return problems.length > 0 ? 'warn' : 'info'
}
