import { sql } from 'kysely'
import type { SchemaStatement, SchemaTarget } from './schema-change.ts'
import { type Column, columnOf, statement } from './table.ts'

/** MySQL's errors for a column that is there already, and for one that is not there to drop. */
const done: readonly unknown[] = [1060, 1091]

/** The statements that add columns to a table, one for each. */
export function addColumns(
  target: SchemaTarget,
  table: string,
  columns: Readonly<Record<string, Extract<Column, `${string}?`>>>,
): readonly SchemaStatement[] {
  return Object.entries(columns).map(([name, kind]) =>
    repeatable(
      target,
      statement(target.db, sql`alter table ${sql.table(table)} add column ${columnOf(target, name, kind)}`),
    ),
  )
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

/** MySQL cannot roll a change back, and has no `if not exists` for columns: a statement that has run before may run again. */
function repeatable({ dialect }: SchemaTarget, alter: SchemaStatement): SchemaStatement {
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
