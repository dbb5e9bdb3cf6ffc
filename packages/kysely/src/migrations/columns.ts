import { sql } from 'kysely'
import type { ColumnKind } from '../dialect.ts'
import type { SchemaStatement, SchemaTarget } from './schema-change.ts'
import { type Column, columnOf, statement } from './table.ts'

/** MySQL's errors for a column or an index that is there already, and for one that is not there to drop. */
const done: readonly unknown[] = [1060, 1061, 1091]

/** A column that may be `null`, or what rows have that do not name it: those of an earlier version of the package. */
type AddedColumn = Extract<Column, `${string}?`> | { readonly kind: ColumnKind; readonly initially: string }

/** The statements that add columns to a table, one for each. */
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

/** The statements that drop columns of a table, one for each. */
export function dropColumns(
  target: SchemaTarget,
  table: string,
  columns: readonly string[],
): readonly SchemaStatement[] {
  return columns.map((name) =>
    repeatable(target, statement(target.db, sql`alter table ${sql.table(table)} drop column ${sql.id(name)}`)),
  )
}

/** MySQL cannot roll a change back, and has no `if not exists` for columns and indexes: a statement that has run before may run again. */
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
