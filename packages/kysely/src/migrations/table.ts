import { type RawBuilder, sql } from 'kysely'
import type { ColumnKind } from '../dialect.ts'
import type { SchemaStatement, SchemaTarget } from './schema-change.ts'

/** The type of a column. `key` is the primary key, a string or an integer. With a question mark the column may be `null`. */
export type Column = 'key' | 'integer key' | ColumnKind | `${ColumnKind}?`

export interface TableDefinition {
  readonly name: string
  readonly columns: Readonly<Record<string, Column>>
  /** The columns of a primary key of several columns. Then no column is a `key`. */
  readonly key?: readonly string[]
  /** The indexes, each as the list of its columns. */
  readonly indexes?: readonly (readonly string[])[]
  readonly unique?: readonly (readonly string[])[]
  /** Whether rows are found by their primary key alone, so that they may live in its index. */
  readonly clustered?: boolean
}

/** Makes the statements that create a table with its indexes. */
export function createTable(target: SchemaTarget, definition: TableDefinition): readonly SchemaStatement[] {
  const { db, dialect } = target
  const { name, columns, key, indexes = [], unique = [], clustered = false } = definition
  const parts = Object.entries(columns).map(([column, kind]) => columnOf(target, column, kind))
  if (key !== undefined) parts.push(sql`primary key (${sql.join(key.map((column) => sql.id(column)))})`)
  const end = sql.raw(clustered ? dialect.clusteredTable : dialect.table)
  const all = [
    ...indexes.map((index) => ({ kind: sql`index`, index })),
    ...unique.map((index) => ({ kind: sql`unique index`, index })),
  ].map(({ kind, index }) => ({
    kind,
    called: sql.id(indexName(name, index)),
    on: sql.join(index.map((column) => sql.id(column))),
  }))
  if (!dialect.transactional) {
    const inside = all.map(({ kind, called, on }) => sql`${kind} ${called} (${on})`)
    return [
      statement(db, sql`create table if not exists ${sql.table(name)} (${sql.join([...parts, ...inside])}) ${end}`),
    ]
  }
  return [
    statement(db, sql`create table ${sql.table(name)} (${sql.join(parts)}) ${end}`),
    ...all.map(({ kind, called, on }) => statement(db, sql`create ${kind} ${called} on ${sql.table(name)} (${on})`)),
  ]
}

/** Returns the name of an index. It begins with the table name, because PostgreSQL and SQLite have one namespace for indexes. */
export function indexName(table: string, columns: readonly string[]): string {
  return `${table}_${columns.join('_')}`
}

/** Returns the SQL definition of a column. */
export function columnOf({ dialect }: SchemaTarget, name: string, column: Column): RawBuilder<unknown> {
  if (column === 'key' || column === 'integer key') {
    const type = dialect.types[column === 'key' ? 'string' : 'integer']
    return sql`${sql.id(name)} ${sql.raw(type)} not null primary key`
  }
  const optional = column.endsWith('?')
  const kind = (optional ? column.slice(0, -1) : column) as ColumnKind
  return sql`${sql.id(name)} ${sql.raw(dialect.types[kind])} ${sql.raw(optional ? 'null' : 'not null')}`
}

/** Makes a schema statement from SQL. */
export function statement(db: SchemaTarget['db'], raw: RawBuilder<unknown>): SchemaStatement {
  return { compile: () => raw.compile(db), execute: () => raw.execute(db) }
}
