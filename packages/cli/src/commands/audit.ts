import type { AuditEntry, AuditOutcome, AuditQuery } from '@oauth/kysely/audit-trail'
import { type Command, defineCommand } from '../command.ts'
import { databaseOptions, tableSettings, withDatabase } from '../host/load-database.ts'
import { json, table, time } from '../output.ts'
import { pointInTime } from '../point-in-time.ts'

const outcomes: readonly AuditOutcome[] = ['success', 'refused', 'failed']

/** Reads the audit trail of `@oauth/kysely`, a page at a time. */
export const audit: Command = defineCommand({
  name: 'audit',
  summary: 'Read the audit trail of @oauth/kysely, newest first',
  details: `The server writes it with onEvent of auditTrail(db). Several conditions must all be met. <time> is how long ago (30m, 24h, 7d), a date
or a time (2026-11-28T10:00, in UTC). The trail has no secrets.`,
  options: {
    ...databaseOptions,
    user: { kind: 'text', value: '<user_id>', summary: 'only events of this user' },
    client: { kind: 'text', value: '<client_id>', summary: 'only events of this client' },
    grant: { kind: 'text', value: '<grant_id>', summary: 'only events of this grant' },
    request: { kind: 'text', value: '<request_id>', summary: 'only events of this request, as the log names it' },
    type: { kind: 'text', value: '<type>', summary: 'only events of this type, for instance tokens.issued' },
    outcome: { kind: 'text', value: '<outcome>', choices: outcomes, summary: 'only events that ended so' },
    since: { kind: 'text', value: '<time>', summary: 'only events from this time on' },
    until: { kind: 'text', value: '<time>', summary: 'only events before this time' },
    before: { kind: 'text', value: '<id>', summary: 'continue after this event of an earlier page' },
    limit: { kind: 'number', value: '<n>', least: 1, most: 1000, summary: 'how many at most; default 50' },
    json: { kind: 'flag', summary: 'one JSON document: entries, and next when there may be more' },
  },
  async run(io, values) {
    const now = Math.floor(Date.now() / 1000)
    const { since, until } = values
    const query = present({
      userId: values.user,
      clientId: values.client,
      grantId: values.grant,
      requestId: values.request,
      type: values.type,
      outcome: values.outcome as AuditOutcome | undefined,
      from: since === undefined ? undefined : pointInTime('--since', since, now),
      to: until === undefined ? undefined : pointInTime('--until', until, now),
      before: values.before,
      limit: values.limit,
    })
    return withDatabase(io, values, 'audit-trail', async (db, { auditTrail }) => {
      const page = await auditTrail(db, tableSettings(values)).list(query)
      if (values.json) await io.write(json(page))
      else {
        await io.write(table(columns, page.entries.map(cells), 'There are no such events.'))
        if (page.next !== undefined) await io.writeError(`There may be more: --before ${page.next}\n`)
      }
      return 0
    })
  },
})

const columns = ['TIME', 'TYPE', 'OUTCOME', 'CLIENT', 'USER', 'REASON']

function cells({ occurredAt, type, outcome, clientId, userId, reason }: AuditEntry): readonly (string | undefined)[] {
  return [time(occurredAt), type, outcome, clientId, userId, reason]
}

function present(query: { readonly [Member in keyof AuditQuery]: AuditQuery[Member] | undefined }): AuditQuery {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined))
}
