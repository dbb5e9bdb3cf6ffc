import { type RawBuilder, sql } from 'kysely'
import type { TableNames } from '../schema.ts'
import type { SchemaStatement, SchemaTarget } from './schema-change.ts'
import { createTable, statement, type TableDefinition } from './table.ts'

type Expression = RawBuilder<unknown>

const column = (name: string): Expression => sql`${sql.id(name)}`
const literal = (text: string): Expression => sql`${sql.lit(text)}`
const none: Expression = sql`null`
const zero: Expression = sql`0`

/** The tables that this migration removes, as the earlier migrations left them. */
const former = (tables: TableNames): readonly TableDefinition[] => [
  {
    name: tables.interactions,
    columns: {
      id: 'key',
      client_id: 'string',
      browser_hash: 'string',
      request: 'text',
      step: 'string',
      completed: 'text',
      prior_session: 'text?',
      user_id: 'string?',
      session_id: 'string?',
      withdrawals: 'text?',
      reference_id: 'string?',
      created_at: 'seconds',
      expires_at: 'seconds',
      version: 'integer',
    },
    indexes: [['expires_at']],
  },
  {
    name: tables.replays,
    columns: { id: 'key', expires_at: 'seconds' },
    indexes: [['expires_at']],
    clustered: true,
  },
  {
    name: tables.sessionClients,
    columns: { id: 'key', session_id: 'string', client_id: 'string', user_id: 'string', expires_at: 'seconds' },
    indexes: [['session_id'], ['expires_at']],
  },
  {
    name: tables.withdrawals,
    columns: { id: 'key', version: 'string', noted_at: 'seconds', expires_at: 'seconds' },
    indexes: [['expires_at']],
    clustered: true,
  },
]

/** The columns of a record, computed from a row of a removed table. */
interface Source {
  readonly table: string
  readonly kind: string
  readonly owner?: Expression
  readonly client?: Expression
  readonly user?: Expression
  readonly value: Expression
  readonly version?: Expression
  readonly created?: Expression
}

function sources({ dialect: { name }, tables }: SchemaTarget): readonly Source[] {
  /** Converts text to JSON. Objects are concatenated as text, so that JSON inside them stays as it was stored. */
  const quoted = (of: string): Expression => {
    if (name === 'postgres') return sql`to_json(${column(of)})::text`
    return sql`json_quote(${column(of)})`
  }
  const joined = (parts: readonly Expression[]): Expression =>
    name === 'mysql' ? sql`concat(${sql.join(parts)})` : sql.join(parts, sql` || `)
  /** Makes the JSON of a member that may be absent. */
  const optional = (member: string, of: string, value: Expression): Expression =>
    sql`case when ${column(of)} is null then '' else ${joined([literal(`,"${member}":`), value])} end`

  const interaction = joined([
    literal('{"browserHash":'),
    quoted('browser_hash'),
    literal(',"request":'),
    column('request'),
    literal(',"step":'),
    quoted('step'),
    literal(',"completed":'),
    column('completed'),
    optional('priorSession', 'prior_session', column('prior_session')),
    optional('userId', 'user_id', quoted('user_id')),
    optional('sessionId', 'session_id', quoted('session_id')),
    optional('withdrawals', 'withdrawals', column('withdrawals')),
    optional('referenceId', 'reference_id', quoted('reference_id')),
    literal('}'),
  ])
  return [
    {
      table: tables.interactions,
      kind: 'interaction',
      client: column('client_id'),
      value: interaction,
      version: column('version'),
      created: column('created_at'),
    },
    { table: tables.replays, kind: 'replay', value: literal('{}') },
    {
      table: tables.sessionClients,
      kind: 'session-client',
      owner: column('session_id'),
      client: column('client_id'),
      user: column('user_id'),
      value: literal('{}'),
    },
    {
      table: tables.withdrawals,
      kind: 'withdrawal',
      value: joined([literal('{"version":'), quoted('version'), literal('}')]),
      created: column('noted_at'),
    },
  ]
}

/**
 * Copies every row into the table of records, and drops the tables. On a database without a roll-back it may run again
 * after any of its statements: then it creates the dropped tables again, empty, and does not copy rows twice.
 */
export function moveIn(target: SchemaTarget): readonly SchemaStatement[] {
  const { db, dialect, tables } = target
  const names = ['kind', 'id', 'owner_id', 'client_id', 'user_id', 'value', 'version', 'created_at', 'expires_at']
  const copies = sources(target).map(({ table, kind, owner, client, user, value, version, created }) => {
    const values = [
      ...[literal(kind), column('id'), owner ?? none, client ?? none, user ?? none, value],
      ...[version ?? sql`1`, created ?? zero, column('expires_at')],
    ]
    const isNew = dialect.transactional
      ? sql``
      : sql`where not exists (select 1 from ${sql.table(tables.records)} r where r.kind = ${literal(kind)} and r.id = o.id)`
    return statement(
      db,
      sql`insert into ${sql.table(tables.records)} (${sql.join(names.map((name) => sql.id(name)))})
        select ${sql.join(values)} from ${sql.table(table)} o ${isNew}`,
    )
  })
  return [
    ...(dialect.transactional ? [] : former(tables).flatMap((definition) => createTable(target, definition))),
    ...copies,
    ...former(tables).map(({ name }) => db.schema.dropTable(name).ifExists()),
  ]
}

/**
 * Creates the former tables again and copies the records that must not be lost. It does not copy sign-ins in progress:
 * those users have to begin again.
 */
export function moveBack(target: SchemaTarget): readonly SchemaStatement[] {
  const { db, dialect, tables } = target
  const back = (table: string, kind: string, columns: Readonly<Record<string, string>>): SchemaStatement => {
    const isNew = dialect.transactional
      ? sql``
      : sql`and not exists (select 1 from ${sql.table(table)} o where o.id = r.id)`
    return statement(
      db,
      sql`insert into ${sql.table(table)} (${sql.join(Object.keys(columns).map((name) => sql.id(name)))})
        select ${sql.join(Object.values(columns).map((name) => sql.id('r', name)))}
        from ${sql.table(tables.records)} r where r.kind = ${literal(kind)} ${isNew}`,
    )
  }
  return [
    ...former(tables).flatMap((definition) => createTable(target, definition)),
    back(tables.replays, 'replay', { id: 'id', expires_at: 'expires_at' }),
    back(tables.sessionClients, 'session-client', {
      id: 'id',
      session_id: 'owner_id',
      client_id: 'client_id',
      user_id: 'user_id',
      expires_at: 'expires_at',
    }),
    // The version may be any text that no other mark has.
    back(tables.withdrawals, 'withdrawal', {
      id: 'id',
      version: 'value',
      noted_at: 'created_at',
      expires_at: 'expires_at',
    }),
  ]
}
