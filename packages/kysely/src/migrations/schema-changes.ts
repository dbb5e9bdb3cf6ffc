import { auditEvents } from './audit-events.ts'
import { clientOrigin } from './client-origin.ts'
import { initial } from './initial.ts'
import { records } from './records.ts'
import { refreshPredecessors } from './refresh-predecessors.ts'
import type { SchemaChange } from './schema-change.ts'
import { withdrawals } from './withdrawals.ts'

/**
 * All schema changes, in the order of their names. Never edit a released change: add a new one, which sets the version in
 * the table `schema` and raises `schemaVersion`.
 */
export const schemaChanges: Readonly<Record<string, SchemaChange>> = {
  '0001_initial': initial,
  '0002_client_origin': clientOrigin,
  '0003_refresh_predecessors': refreshPredecessors,
  '0004_withdrawals': withdrawals,
  '0005_records': records,
  '0006_audit_events': auditEvents,
}
