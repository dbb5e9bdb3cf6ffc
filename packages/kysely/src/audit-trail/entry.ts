import type { OAuthEvent } from '@oauth/core'
import type { AuditEventRow } from '../schema.ts'

/** How what happened ended. `failed`: the server could not do it, through no fault of the client. */
export type AuditOutcome = 'success' | 'refused' | 'failed'

/** One event of the trail: who did what, when, and how it ended. It contains no secrets. */
export interface AuditEntry {
  /** The id, which grows with time. */
  readonly id: string
  /** Seconds since the epoch. */
  readonly occurredAt: number
  /** The type of the event, for instance `tokens.issued`. */
  readonly type: string
  readonly outcome: AuditOutcome
  readonly endpoint?: string
  /** The client. In `client.authentication_failed` it is only what the request claims. */
  readonly clientId?: string
  readonly userId?: string
  readonly grantId?: string
  /** The request, as in `RequestEnd` and in the log. Absent for work of the server side. */
  readonly requestId?: string
  /** The address of the caller, if the option `address` answers it. */
  readonly address?: string
  /** Why something was refused or failed: the error code, or the reason of the event. */
  readonly reason?: string
  /** All other members of the event. */
  readonly details: Readonly<Record<string, unknown>>
}

/** The longest text in a column with an index, and the longest details, in characters. */
const longestName = 255
const longestDetails = 8000

const named = ['type', 'endpoint', 'clientId', 'userId', 'grantId', 'requestId', 'reason']

/** Makes the row of an event. */
export function rowOf(event: OAuthEvent, id: string, occurredAt: number, address: string | undefined): AuditEventRow {
  // An event with a cause shows that without credentials in its JSON alone.
  const members = JSON.parse(JSON.stringify(event)) as Readonly<Record<string, unknown>>
  const { error, reason, problem } = members
  const others = Object.entries(members).filter(([name]) => !named.includes(name))
  const details = JSON.stringify(Object.fromEntries(others))
  return {
    id,
    occurred_at: occurredAt,
    type: event.type.slice(0, longestName),
    outcome: outcomeOf(event),
    endpoint: name(members.endpoint),
    client_id: name(members.clientId),
    user_id: name(members.userId),
    grant_id: name(members.grantId),
    request_id: name(members.requestId),
    address: name(address),
    reason: text(reason ?? error ?? problem),
    details: details.length > longestDetails ? JSON.stringify({ truncated: true }) : clean(details),
  }
}

/** Decodes a row. PostgreSQL may return integers as text, depending on the driver's settings. */
export function entryOf(row: AuditEventRow): AuditEntry {
  const optional = {
    endpoint: row.endpoint,
    clientId: row.client_id,
    userId: row.user_id,
    grantId: row.grant_id,
    requestId: row.request_id,
    address: row.address,
    reason: row.reason,
  }
  return {
    id: row.id,
    occurredAt: Number(row.occurred_at),
    type: row.type,
    outcome: row.outcome as AuditOutcome,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null)),
    details: JSON.parse(row.details) as Readonly<Record<string, unknown>>,
  }
}

const failures =
  /^(?:request\.failed|rate_limiter\.failed|client_source\.failed|page\.failed|clock\.set_back|claims\.)|unsealable$|secret_changed$/
const refusals = /(?:refused|denied|replayed|withdrawn|expired|ignored|_failed|\.failed|session_unchanged)$/

/** Tells how what happened ended. Types of features that nobody has listed here go by their names. */
function outcomeOf(event: OAuthEvent): AuditOutcome {
  if (event.type === 'readiness.changed') return event.ready ? 'success' : 'failed'
  if (failures.test(event.type)) return 'failed'
  return refusals.test(event.type) ? 'refused' : 'success'
}

function name(value: unknown): string | null {
  return text(value)?.slice(0, longestName) ?? null
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? clean(value.slice(0, longestDetails)) : null
}

/** PostgreSQL stores no NUL. */
function clean(value: string): string {
  return value.replaceAll('\0', '')
}
