import { sql } from 'kysely'
import type { ColumnKind } from '../dialect.ts'
import type { SchemaStatement, SchemaTarget } from './schema-change.ts'
import { type Column, columnOf, statement } from './table.ts'

/** MySQL's errors for adding an existing column or index, and for dropping one that does not exist. */
const done: readonly unknown[] = [1060, 1061, 1091]

/** An added column. It may be `null`, or has a default for the rows that an earlier version of the package writes. */
type AddedColumn = Extract<Column, `${string}?`> | { readonly kind: ColumnKind; readonly initially: string }

/** Makes the statements that add columns to a table, one for each column. */
export function addColumns(
  target: SchemaTarget,
  table: string,
  columns: Readonly<Record<string, AddedColumn>>,
): readonly SchemaStatement[] {
  return Object.entries(columns).map(([name, column]) => {
    const definition =
      typeof column === 'string'
        ? columnOf(target, name, column)
        : sql`${columnOf(target, name, column.kind)} default ${sql.lit(column.initially)}`
    return repeatable(target, statement(target.db, sql`alter table ${sql.table(table)} add column ${definition}`))
  })
}

/** Makes the statements that drop columns of a table, one for each column. */
export function dropColumns(
  target: SchemaTarget,
  table: string,
  columns: readonly string[],
): readonly SchemaStatement[] {
  return columns.map((name) =>
    repeatable(target, statement(target.db, sql`alter table ${sql.table(table)} drop column ${sql.id(name)}`)),
  )
}

/** Makes a statement that may run again after an interruption: MySQL has neither a roll-back of it nor `if not exists`. */
export function repeatable({ dialect }: SchemaTarget, alter: SchemaStatement): SchemaStatement {
  if (dialect.transactional) return alter
  return {
    compile: alter.compile,
    execute: async () => {
      try {
        await alter.execute()
      } catch (error) {
        if (!done.includes((error as { readonly errno?: unknown }).errno)) throw error
      }
    },
  }
}
