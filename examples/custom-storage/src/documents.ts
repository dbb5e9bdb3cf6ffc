import type { Row } from './database.ts'

/** The members of each record that are columns. All others are in `body`. */
const columns = {
  clients: ['id', 'userId', 'referenceId', 'registrationTokenHash', 'usedAt', 'createdAt', 'version'],
  consents: ['id', 'userId', 'clientId', 'referenceId', 'createdAt'],
  grants: ['id', 'userId', 'clientId', 'sessionId', 'offline', 'createdAt', 'expiresAt', 'revokedAt'],
  codes: ['id', 'grantId', 'expiresAt', 'consumedAt'],
  access_tokens: ['id', 'grantId', 'expiresAt'],
  refresh_tokens: [
    'id',
    'grantId',
    'expiresAt',
    'rotatedAt',
    'successorId',
    'sealedSuccessor',
    'sealedUntil',
    'reuses',
  ],
  signing_keys: ['id', 'algorithm', 'generation'],
  records: ['kind', 'id', 'ownerId', 'clientId', 'userId', 'version', 'expiresAt'],
} as const

export type Table = keyof typeof columns

/** A SQL statement with its values. */
export type Statement = readonly [text: string, values: readonly unknown[]]

const columnOf = (member: string): string => member.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const memberOf = (column: string): string => column.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** The tables of records, each with the names of its columns. */
export function tablesWithColumns(): readonly (readonly [table: string, columns: readonly string[]])[] {
  return Object.entries(columns).map(([table, members]) => [table, [...members.map(columnOf), 'body']])
}

/** Converts a record to the names and values of its columns. Absent members become `null`. */
function toRow(table: Table, record: object): ReadonlyMap<string, unknown> {
  const rest = new Map(Object.entries(record))
  const row = new Map<string, unknown>()
  for (const member of columns[table]) {
    row.set(columnOf(member), rest.get(member) ?? null)
    rest.delete(member)
  }
  return row.set('body', JSON.stringify(Object.fromEntries(rest)))
}

/** Converts a row from `to_json(row)` to its record. `null` becomes an absent member. */
export function fromRow<T>({ body, ...row }: Row): T {
  const members = Object.entries(row).filter(([, value]) => value !== null)
  return { ...JSON.parse(body), ...Object.fromEntries(members.map(([column, value]) => [memberOf(column), value])) }
}

export function insertInto(table: Table, record: object, onConflict = ''): Statement {
  const row = toRow(table, record)
  const places = [...row].map((_, index) => `$${index + 1}`)
  const names = [...row.keys()].join(', ')
  return [`insert into oauth.${table} (${names}) values (${places.join(', ')}) ${onConflict}`, [...row.values()]]
}

/** Replaces all columns except `kept` in rows that match `condition`, whose `$1` is the first of `values`. */
export function replaceIn(
  table: Table,
  record: object,
  condition: string,
  values: readonly unknown[],
  kept: readonly string[] = [],
): Statement {
  const row = [...toRow(table, record)].filter(([column]) => !kept.includes(column))
  const changes = row.map(([column], index) => `${column} = $${values.length + index + 1}`)
  return [
    `update oauth.${table} set ${changes.join(', ')} where ${condition}`,
    [...values, ...row.map(([, value]) => value)],
  ]
}
